import ArgumentParser
struct Demo: AsyncParsableCommand { func run() async throws {} }
struct Verify: AsyncParsableCommand { func run() async throws {} }
struct RebuildIndex: AsyncParsableCommand { func run() async throws {} }
