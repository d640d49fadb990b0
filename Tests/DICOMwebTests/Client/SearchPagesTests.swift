import Testing

@testable import DICOMweb

@Suite("Pages of a search (PS3.18 §8.3.4.4)")
struct SearchPagesTests {
    /// Answers of a server as (matches, says there is more), and what we ask for in turn.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var limit: Int?
        var answers: [(count: Int, hasMore: Bool)]
        var asked: [Int]
        var offsets: [Int]
        var count: Int
    }

    static let cases = [
        Case(testDescription: "fewer than a page", limit: nil, answers: [(3, false)], asked: [10], offsets: [0], count: 3),
        Case(testDescription: "a full page, then the rest", limit: nil, answers: [(10, false), (4, false)], asked: [10, 10], offsets: [0, 10], count: 14),
        Case(testDescription: "a full page, then nothing", limit: nil, answers: [(10, false), (0, false)], asked: [10, 10], offsets: [0, 10], count: 10),
        Case(testDescription: "the server's own limit is smaller", limit: nil, answers: [(5, true), (5, true), (1, false)], asked: [10, 10, 10], offsets: [0, 5, 10], count: 11),
        Case(testDescription: "as many as were wanted", limit: 12, answers: [(10, true), (2, true)], asked: [10, 2], offsets: [0, 10], count: 12),
        Case(testDescription: "more than was asked for: it does not page", limit: nil, answers: [(25, false)], asked: [10], offsets: [0], count: 25),
        Case(testDescription: "more than was wanted", limit: 7, answers: [(25, false)], asked: [7], offsets: [0], count: 7),
        Case(testDescription: "nothing", limit: nil, answers: [(0, false)], asked: [10], offsets: [0], count: 0),
    ]

    @Test(arguments: cases)
    func pages(_ example: Case) {
        var pages = SearchPages(offset: 0, limit: example.limit, page: 10)
        var asked: [Int] = [], offsets: [Int] = []
        for (index, answer) in example.answers.enumerated() {
            #expect(!pages.isComplete)
            asked.append(pages.next)
            offsets.append(pages.offset)
            _ = pages.add(answer.count, hasMore: answer.hasMore, mark: [UInt8(index)])
        }
        #expect(pages.isComplete)
        #expect(asked == example.asked)
        #expect(offsets == example.offsets)
        #expect(pages.count == example.count)
        #expect(pages.remark == nil)
    }

    @Test func aServerThatIgnoresTheOffsetIsNotAskedForEver() {
        var pages = SearchPages(offset: 0, limit: nil, page: 10)
        #expect(pages.add(10, hasMore: true, mark: [1]) == 10)
        #expect(pages.add(10, hasMore: true, mark: [1]) == 0)
        #expect(pages.isComplete)
        #expect(pages.remark != nil)
    }

    @Test("Where a search goes (PS3.18 Table 10.6.1-1)", arguments: [
        (SearchRequest.Level.studies, nil, nil, "studies"), (.series, "1.2", nil, "studies/1.2/series"), (.series, nil, nil, "series"),
        (.instances, "1.2", "1.3", "studies/1.2/series/1.3/instances"), (.instances, "1.2", nil, "studies/1.2/instances"), (.instances, nil, nil, "instances"),
    ] as [(SearchRequest.Level, String?, String?, String)])
    func paths(level: SearchRequest.Level, study: String?, series: String?, path: String) {
        var request = SearchRequest(level)
        (request.study, request.series) = (study, series)
        #expect(request.segments.joined(separator: "/") == path)
    }
}
