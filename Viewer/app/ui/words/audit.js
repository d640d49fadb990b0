/** Words of the audit trail. */
export const en = {
  "audit": "Audit trail", "audit.hint": "Every record is bound to the one before: what is changed afterwards is found by “isocenter audit verify”. Your search becomes a record too.",
  "audit.patient": "Patient ID", "audit.user": "User", "audit.node": "AE title", "audit.study": "Study Instance UID", "audit.from": "From", "audit.to": "To", "audit.kind": "What",
  "audit.access": "Only who saw, took out or changed images of a patient", "audit.failed": "Only what failed or was refused", "audit.search": "Search", "audit.none": "There are no such records.", "audit.who": "Who saw this patient",
  "audit.export.csv": "Export as table (CSV)", "audit.export.xml": "Export as DICOM messages (XML)", "audit.export.json": "Export as JSON",
  "audit.kind.all": "Everything", "audit.kind.accessed": "Seen", "audit.kind.sent": "Sent out", "audit.kind.received": "Received", "audit.kind.exported": "Exported", "audit.kind.changed": "Corrected or deleted", "audit.kind.query": "Searched",
  "audit.kind.login": "Signed in or out", "audit.kind.alerts": "Refused", "audit.kind.settings": "Settings and rights", "audit.kind.system": "The program itself",
  "audit.column.when": "When", "audit.column.who": "Who", "audit.column.what": "What", "audit.column.whose": "Patient and study", "audit.column.how": "Outcome", "audit.column.actions": "Actions",
  "audit.good": "Done", "audit.failed.one": "Failed", "audit.instances": "{count} images", "audit.door.dimse": "DICOM node", "audit.door.web": "Web", "audit.door.command": "Command", "audit.door.system": "Isocenter",
  "audit.did.applicationStart": "Program started", "audit.did.applicationStop": "Program ended", "audit.did.auditRead": "Looked at the audit trail", "audit.did.sending": "Began to send", "audit.did.sent": "Sent", "audit.did.received": "Received", "audit.did.receivedAgain": "Received what was here already",
  "audit.did.accessed": "Saw", "audit.did.created": "Made", "audit.did.updated": "Corrected", "audit.did.studyDeleted": "Deleted the study", "audit.did.instancesDeleted": "Deleted images", "audit.did.exported": "Exported", "audit.did.imported": "Imported",
  "audit.did.networkAttach": "On the network", "audit.did.networkDetach": "Off the network", "audit.did.query": "Searched", "audit.did.login": "Signed in", "audit.did.logout": "Signed out", "audit.did.nodeRefused": "Unknown caller refused", "audit.did.notAllowed": "Was not allowed",
  "audit.did.networkConfiguration": "Changed peers or titles", "audit.did.securityConfiguration": "Changed security settings", "audit.did.softwareConfiguration": "Changed settings", "audit.did.userRights": "Changed users or rights", "audit.did.restrictedFunction": "Used a restricted function",
};

export const de = {
  "audit": "Protokoll", "audit.hint": "Jeder Eintrag ist an den vorigen gebunden: was nachträglich geändert wird, findet „isocenter audit verify“. Auch diese Suche wird ein Eintrag.",
  "audit.patient": "Patienten-ID", "audit.user": "Benutzer", "audit.node": "AE-Titel", "audit.study": "Study Instance UID", "audit.from": "Von", "audit.to": "Bis", "audit.kind": "Was",
  "audit.access": "Nur wer Bilder eines Patienten sah, herausgab oder änderte", "audit.failed": "Nur was scheiterte oder abgelehnt wurde", "audit.search": "Suchen", "audit.none": "Solche Einträge gibt es nicht.", "audit.who": "Wer hat diesen Patienten gesehen",
  "audit.export.csv": "Als Tabelle (CSV)", "audit.export.xml": "Als DICOM-Nachrichten (XML)", "audit.export.json": "Als JSON",
  "audit.kind.all": "Alles", "audit.kind.accessed": "Gesehen", "audit.kind.sent": "Gesendet", "audit.kind.received": "Empfangen", "audit.kind.exported": "Exportiert", "audit.kind.changed": "Korrigiert oder gelöscht", "audit.kind.query": "Gesucht",
  "audit.kind.login": "An- und Abmeldung", "audit.kind.alerts": "Abgelehnt", "audit.kind.settings": "Einstellungen und Rechte", "audit.kind.system": "Das Programm selbst",
  "audit.column.when": "Wann", "audit.column.who": "Wer", "audit.column.what": "Was", "audit.column.whose": "Patient und Studie", "audit.column.how": "Ergebnis", "audit.column.actions": "Aktionen",
  "audit.good": "Erledigt", "audit.failed.one": "Gescheitert", "audit.instances": "{count} Bilder", "audit.door.dimse": "DICOM-Knoten", "audit.door.web": "Web", "audit.door.command": "Befehl", "audit.door.system": "Isocenter",
  "audit.did.applicationStart": "Programm gestartet", "audit.did.applicationStop": "Programm beendet", "audit.did.auditRead": "Protokoll eingesehen", "audit.did.sending": "Begann zu senden", "audit.did.sent": "Gesendet", "audit.did.received": "Empfangen", "audit.did.receivedAgain": "Empfangen, war schon hier",
  "audit.did.accessed": "Gesehen", "audit.did.created": "Erzeugt", "audit.did.updated": "Korrigiert", "audit.did.studyDeleted": "Studie gelöscht", "audit.did.instancesDeleted": "Bilder gelöscht", "audit.did.exported": "Exportiert", "audit.did.imported": "Importiert",
  "audit.did.networkAttach": "Im Netz", "audit.did.networkDetach": "Aus dem Netz", "audit.did.query": "Gesucht", "audit.did.login": "Angemeldet", "audit.did.logout": "Abgemeldet", "audit.did.nodeRefused": "Unbekannten abgewiesen", "audit.did.notAllowed": "War nicht erlaubt",
  "audit.did.networkConfiguration": "Gegenstellen oder Titel geändert", "audit.did.securityConfiguration": "Sicherheit geändert", "audit.did.softwareConfiguration": "Einstellungen geändert", "audit.did.userRights": "Benutzer oder Rechte geändert", "audit.did.restrictedFunction": "Besondere Funktion benutzt",
};
