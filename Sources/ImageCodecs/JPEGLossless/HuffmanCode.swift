extension JPEGLossless {
    /// The shortest code for categories of given frequency, at most 16 bits long (T.81 §K.2).
    struct HuffmanCode {
        /// Number of codes of each length 1 to 16.
        private(set) var counts = [Int](repeating: 0, count: 16)
        /// Categories in the order of their codes.
        private(set) var values: [Int] = []
        /// Code and length of each category; length 0 where it does not occur.
        private(set) var codes = [(code: UInt32, length: UInt32)](repeating: (0, 0), count: Difference.categories)

        init(frequencies: [Int]) {
            let lengths = Self.lengths(frequencies)
            for length in lengths where length > 0 { counts[length - 1] += 1 }
            var code: UInt32 = 0
            for length in 1...16 {
                for category in 0..<Difference.categories where lengths[category] == length {
                    values.append(category)
                    codes[category] = (code, UInt32(length))
                    code += 1
                }
                code <<= 1
            }
        }

        /// Lengths of at most 16 bits, the code of all ones left free.
        private static func lengths(_ frequencies: [Int]) -> [Int] {
            // One more that is the rarest of all takes the code of all ones (Figure K.1).
            var weights = frequencies + [1]
            var lengths = [Int](repeating: 0, count: weights.count)
            var groups: [[Int]] = []
            for index in 0..<weights.count { groups.append(weights[index] > 0 ? [index] : []) }
            while true {
                // The two lightest; of equal ones the later first, so that the reserved one is the longest.
                var lightest = -1, second = -1
                for index in 0..<weights.count where !groups[index].isEmpty {
                    if lightest < 0 || weights[index] <= weights[lightest] {
                        second = lightest
                        lightest = index
                    } else if second < 0 || weights[index] <= weights[second] {
                        second = index
                    }
                }
                if second < 0 { break }
                for member in groups[lightest] + groups[second] { lengths[member] += 1 }
                groups[second] += groups[lightest]
                groups[lightest] = []
                weights[second] += weights[lightest]
            }
            return limited(lengths)
        }

        /// The reserved code is dropped; codes of 17 bits, the longest that 18 can have, are shortened (Figure K.3).
        private static func limited(_ lengths: [Int]) -> [Int] {
            var counts = [Int](repeating: 0, count: 33)
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            for length in stride(from: 32, to: 16, by: -1) {
                while counts[length] > 0 {
                    // Two codes become one a bit shorter; the other goes below a shorter code, which it splits.
                    var shorter = length - 2
                    while counts[shorter] == 0 { shorter -= 1 }
                    counts[length] -= 2
                    counts[length - 1] += 1
                    counts[shorter + 1] += 2
                    counts[shorter] -= 1
                }
            }
            var longest = 16
            while longest > 0, counts[longest] == 0 { longest -= 1 }
            counts[longest] -= 1

            // The lengths that are left, the shortest for what had the shortest before.
            var result = [Int](repeating: 0, count: Difference.categories)
            var length = 1
            for before in 1...32 {
                for category in 0..<Difference.categories where lengths[category] == before {
                    while length < 16, counts[length] == 0 { length += 1 }
                    result[category] = length
                    counts[length] -= 1
                }
            }
            return result
        }
    }
}
