/** Words of the study list's filters and quick look. */
export const en = {
  "list.all": "All", "list.today": "Today", "list.day": "24 hours", "list.week": "7 days", "list.dates": "Study date", "list.modalities": "Modalities", "list.filters": "Saved filters",
  "list.filter.save": "Save this filter", "list.filter.name": "Name of the filter", "list.filter.hint": "Search, dates, modalities and order are kept on the server for you.", "list.filter.saved": "“{name}” is saved.", "list.filter.remove": "Forget “{name}”",
  "list.filter.many": "There are {n} filters already: forget one first.", "list.range": "From … to", "list.from": "From", "list.to": "To",
  "look.title": "Quick look", "look.close": "Close the quick look", "look.open": "Open the study", "look.series": "{n} series", "look.series.one": "1 series", "look.images": "{n} images", "look.images.one": "1 image",
  "look.reports": "Reports and documents", "look.reports.none": "No report or document is in this study.", "look.priors": "Other studies of the patient", "look.priors.none": "The archive has no other study of this patient ID.", "look.hint": "Space: quick look",
  "look.failed": "It could not be asked for.", "look.thumbnail.none": "no picture",
};
export const de = {
  "list.all": "Alle", "list.today": "Heute", "list.day": "24 Stunden", "list.week": "7 Tage", "list.dates": "Studiendatum", "list.modalities": "Modalitäten", "list.filters": "Gesicherte Filter",
  "list.filter.save": "Diesen Filter sichern", "list.filter.name": "Name des Filters", "list.filter.hint": "Suche, Zeitraum, Modalitäten und Ordnung bewahrt der Server für Sie auf.", "list.filter.saved": "„{name}“ ist gesichert.", "list.filter.remove": "„{name}“ vergessen",
  "list.filter.many": "Es gibt schon {n} Filter: bitte zuerst einen vergessen.", "list.range": "Von … bis", "list.from": "Von", "list.to": "Bis",
  "look.title": "Schnellansicht", "look.close": "Schnellansicht schließen", "look.open": "Studie öffnen", "look.series": "{n} Serien", "look.series.one": "1 Serie", "look.images": "{n} Bilder", "look.images.one": "1 Bild",
  "look.reports": "Berichte und Dokumente", "look.reports.none": "In dieser Studie ist kein Bericht und kein Dokument.", "look.priors": "Andere Studien des Patienten", "look.priors.none": "Das Archiv hat keine andere Studie zu dieser Patienten-ID.", "look.hint": "Leertaste: Schnellansicht",
  "look.failed": "Es konnte nicht erfragt werden.", "look.thumbnail.none": "kein Bild",
};
export const ar = {
  "list.all": "الكل", "list.today": "اليوم", "list.day": "24 ساعة", "list.week": "7 أيام", "list.dates": "تاريخ الفحص", "list.modalities": "أنواع التصوير", "list.filters": "المرشّحات المحفوظة",
  "list.filter.save": "حفظ هذا المرشّح", "list.filter.name": "اسم المرشّح", "list.filter.hint": "يحفظ الخادم لك البحث والتواريخ ونوع التصوير والترتيب.", "list.filter.saved": "حُفظ «{name}».", "list.filter.remove": "نسيان «{name}»",
  "list.filter.many": "يوجد {n} مرشّحًا: انسَ واحدًا أولًا.", "list.range": "من … إلى", "list.from": "من", "list.to": "إلى",
  "look.title": "نظرة سريعة", "look.close": "إغلاق النظرة السريعة", "look.open": "فتح الفحص", "look.series": "السلاسل: {n}", "look.series.one": "سلسلة واحدة", "look.images": "الصور: {n}", "look.images.one": "صورة واحدة",
  "look.reports": "التقارير والمستندات", "look.reports.none": "ليس في هذا الفحص تقرير ولا مستند.", "look.priors": "فحوصات أخرى للمريض", "look.priors.none": "ليس في الأرشيف فحص آخر بمعرّف المريض هذا.", "look.hint": "مسافة: نظرة سريعة",
  "look.failed": "تعذّر طلبه.", "look.thumbnail.none": "بلا صورة",
};
