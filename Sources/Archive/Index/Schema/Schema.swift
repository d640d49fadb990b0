import Database

extension Schema {
    /// The tables of the index, step by step. A released step is never changed.
    static let archive = Schema(module: "archive", migrations: [
        Migration(1, schema0001),
        Migration(2, schema0002, fill: SearchIndex.fill0002),
        Migration(3, schema0003),
        Migration(4, schema0004),
        Migration(5, schema0005),
        Migration(6, schema0006, fill: SearchIndex.fill0006),
        Migration(7, schema0007),
        Migration(9, schema0009),
        Migration(10, schema0010),
        Migration(11, schema0011),
        Migration(12, schema0012),
        Migration(14, schema0014, fill: SearchIndex.fill0014),
    ])
}
