extension Subject {
    static let health = Subject(
        "Health", "For those who watch over the process",
        operations: """
            GET /health/live  isAlive  anyone
                Alive.
                > 200  text/plain  the process answers
            GET /health/ready  isReady  anyone
                Able to answer.
                > 200  text/plain  the index answers; a line says how the workers do
                > 503  the index does not answer
            """)
}
