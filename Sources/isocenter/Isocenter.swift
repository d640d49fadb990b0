import ArgumentParser

@main
struct Isocenter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isocenter",
        abstract: "A PACS in one program: stores, finds, shows and hands out medical images.",
        discussion: """
            'isocenter serve' runs it all. The other commands work on a data folder (--data) beside a running server, \
            or speak to a DICOM node. 'isocenter --generate-completion-script bash' prints shell completions.
            """,
        version: version,
        subcommands: [
            Serve.self,
            Import.self,
            Export.self,
            DemoCommand.self,
            AssociationsCommand.self,
            Echo.self,
            FindCommand.self,
            MoveCommand.self,
            GetCommand.self,
            ReceiveCommand.self,
            DoctorCommand.self,
            Send.self,
            Commit.self,
            InspectCommand.self,
            RenderCommand.self,
            TranscodeCommand.self,
            CoerceCommand.self,
            Verify.self,
            AuditCommand.self,
            RebuildIndex.self,
            IndexCommand.self,
            Folders.self,
            BenchIndex.self,
            CorrectionsCommand.self,
            DeleteCommand.self,
            Deletions.self,
            Peers.self,
            Titles.self,
            Jobs.self,
            Users.self,
            Tokens.self,
            Sessions.self,
            SettingsCommand.self,
            WorkerCommand.self,
        ])
}
