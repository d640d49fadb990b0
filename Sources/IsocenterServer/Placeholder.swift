import Hummingbird
import Crypto
import CryptoExtras
import Yams
public func hello() {}
