import Archive
import Hummingbird
struct SearchRoutes: Sendable { let archive: Archive
 func add(to group: RouterGroup<RequestScope>) {} }
