import Archive
import DICOM
import Logging

extension Caller {
    /// What the rules for this caller make of its objects; nil where there are none.
    func corrector(_ logger: Logger) -> Corrector? {
        let context = CoercionContext(callingAETitle: peer.aeTitle, calledAETitle: called.title)
        return Corrector(rules: peer.acceptance + peer.coercionIn, context, system: called.title) { [name = peer.aeTitle] instance, problems in
            for problem in problems { logger.warning("coercion of \(instance?.text ?? "an object") from \(name): \(problem)") }
        }
    }
}
