import CPosix
import Glibc
import Synchronization

/// A timer that is set for the first of many deadlines, and so costs a call a few times a minute, not one a frame.
final class Alarm: Sendable {
    let descriptor: Descriptor
    /// 0 while it is not set.
    private let setFor = Mutex<UInt64>(0)

    init() throws(SystemError) {
        descriptor = try Descriptor(timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK)), "timerfd_create")
    }

    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Rings at `time` at the latest.
    func set(_ time: UInt64) {
        setFor.withLock { setFor in
            guard setFor == 0 || time < setFor else { return }
            setFor = time
            var timer = itimerspec()
            timer.it_value = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
            timerfd_settime(descriptor.number, Int32(TFD_TIMER_ABSTIME), &timer, nil)
        }
    }

    /// It rang: it is to be set anew.
    func clear() {
        setFor.withLock { setFor in
            var rings: UInt64 = 0
            _ = Glibc.read(descriptor.number, &rings, 8)
            setFor = 0
        }
    }
}
