/** Words of the audit trail, in Arabic. */
export const ar = {
  "audit": "سجل التدقيق", "audit.hint": "كل قيد مرتبط بالذي قبله: ما يُغيَّر لاحقًا يكشفه «isocenter audit verify». ويصبح بحثك قيدًا أيضًا.",
  "audit.patient": "معرّف المريض", "audit.user": "المستخدم", "audit.node": "عنوان AE", "audit.study": "المعرّف Study Instance UID", "audit.from": "من", "audit.to": "إلى", "audit.kind": "ماذا",
  "audit.access": "من رأى صور مريض أو أخرجها أو غيّرها فقط", "audit.failed": "ما فشل أو رُفض فقط", "audit.search": "بحث", "audit.none": "لا توجد قيود كهذه.", "audit.who": "من رأى هذا المريض",
  "audit.export.csv": "تصدير كجدول (CSV)", "audit.export.xml": "تصدير كرسائل DICOM ‏(XML)", "audit.export.json": "تصدير بصيغة JSON",
  "audit.kind.all": "الكل", "audit.kind.accessed": "اطلاع", "audit.kind.sent": "إرسال", "audit.kind.received": "استلام", "audit.kind.exported": "تصدير", "audit.kind.changed": "تصحيح أو حذف", "audit.kind.query": "بحث",
  "audit.kind.login": "تسجيل الدخول أو الخروج", "audit.kind.alerts": "رفض", "audit.kind.settings": "الإعدادات والصلاحيات", "audit.kind.system": "البرنامج نفسه",
  "audit.column.when": "متى", "audit.column.who": "من", "audit.column.what": "ماذا", "audit.column.whose": "المريض والفحص", "audit.column.how": "النتيجة", "audit.column.actions": "الإجراءات",
  "audit.good": "تم", "audit.failed.one": "فشل", "audit.instances": "الصور: {count}", "audit.door.dimse": "عقدة DICOM", "audit.door.web": "الويب", "audit.door.command": "سطر الأوامر", "audit.door.system": "Isocenter",
  "audit.did.applicationStart": "بدأ البرنامج", "audit.did.applicationStop": "انتهى البرنامج", "audit.did.auditRead": "اطلع على سجل التدقيق", "audit.did.sending": "بدأ الإرسال", "audit.did.sent": "أرسل", "audit.did.received": "استلم",
  "audit.did.receivedAgain": "استلم ما كان موجودًا", "audit.did.accessed": "اطلع", "audit.did.created": "أنشأ", "audit.did.updated": "صحّح", "audit.did.studyDeleted": "حذف الفحص", "audit.did.instancesDeleted": "حذف صورًا", "audit.did.exported": "صدّر", "audit.did.imported": "استورد",
  "audit.did.networkAttach": "اتصل بالشبكة", "audit.did.networkDetach": "انفصل عن الشبكة", "audit.did.query": "بحث", "audit.did.login": "سجّل الدخول", "audit.did.logout": "سجّل الخروج", "audit.did.nodeRefused": "رُفض متصل مجهول", "audit.did.notAllowed": "لم يُسمح له",
  "audit.did.networkConfiguration": "غيّر الأنظمة أو العناوين", "audit.did.securityConfiguration": "غيّر إعدادات الأمان", "audit.did.softwareConfiguration": "غيّر الإعدادات", "audit.did.userRights": "غيّر المستخدمين أو الصلاحيات", "audit.did.restrictedFunction": "استخدم وظيفة مقيّدة",
};
