/// Names as they stand in PN values (PS3.5 §6.2.1), of many scripts; the first of each list are the most frequent.
enum PopulationNames {
    struct Script: Sendable {
        /// Of a hundred patients.
        var weight: Int
        /// With their component groups where there are several: `Yamada=山田=やまだ`.
        var families: [String]
        var women: [String]
        var men: [String]
        /// Long tail of families that no list holds.
        var makesFamilies = false
    }

    static let scripts: [Script] = [
        Script(weight: 38, families: words("""
            Smith Jones Williams Brown Taylor Davies Wilson Evans Thomas Johnson Roberts Walker Wright Robinson Thompson White Hughes Edwards Green Hall
            Rossi Russo Ferrari Bianchi Jansen de_Vries van_den_Berg Peeters Meyer Wagner Becker Hoffmann Silva Santos Costa Okafor Mensah Kowalska Novak O'Brien
            """), women: words("Mary Sarah Emma Anna Laura Julia Elisabeth Maria Margaret Susan Chiara Sofia Ines Grace Hannah"),
            men: words("John David Michael Thomas James Peter Paul Mark Stefan Marco Luca Pedro Daniel Samuel Jan"), makesFamilies: true),
        Script(weight: 20, families: words("""
            Müller Schäfer Größe García González Núñez Peña Lefèvre Béranger Ângelo Conceição Åkesson Sjöström Jørgensen Østergård Dvořák Černý Šimůnek
            Wiśniewski Łukaszewicz Żółtowski Kovács Szűcs Őri Çelik Yılmaz Öztürk Ionescu Țăranu Žukauskas Bērziņš Nguyễn Trần Ðặng
            """), women: words("Éloïse Zoë Françoise Béatrice Ángela Inés Åsa Jörgina Małgorzata Zdeňka Žofie Gülşen İpek Thùy Cătălina Ieva"),
            men: words("José Andrés René François Jürgen Björn Søren Łukasz Jiří Tomáš László György Özgür İbrahim Đức Ștefan"), makesFamilies: true),
        Script(weight: 11, families: words("Иванова Кузнецов Шевченко Бондаренко Коваленко Смирнов Попова Васильев Петренко Ткаченко Мельник Новикова Ђорђевић Петров Георгиев"),
            women: words("Мария Анна Олена Ирина Наталья Софія Ганна Светлана"), men: words("Иван Олександр Дмитрий Андрій Сергей Михаил Тарас Ђорђе")),
        Script(weight: 5, families: words("Παπαδόπουλος Παπαδάκη Γεωργίου Νικολάου Δημητρίου Οικονόμου Βασιλείου Αγγελόπουλος"),
            women: words("Μαρία Ελένη Κατερίνα Βασιλική Σοφία"), men: words("Γιώργος Δημήτρης Κώστας Νίκος Ηλίας")),
        Script(weight: 8, families: words("Wang=王 Li=李 Zhang=张 Liu=刘 Chen=陈 Yang=杨 Huang=黄 Zhao=赵 Wu=吴 Zhou=周 Xu=徐 Sun=孙 Ouyang=欧阳"),
            women: words("Fang=芳 Na=娜 Xiuying=秀英 Min=敏 Jing=静 Li=丽"), men: words("Wei=伟 Qiang=强 Lei=磊 Jun=军 Yong=勇 Xiaodong=晓东")),
        Script(weight: 8, families: words("""
            Satou=佐藤=さとう Suzuki=鈴木=すずき Takahashi=高橋=たかはし Tanaka=田中=たなか Itou=伊藤=いとう Watanabe=渡辺=わたなべ Yamamoto=山本=やまもと
            Nakamura=中村=なかむら Kobayashi=小林=こばやし Katou=加藤=かとう Yamada=山田=やまだ Saitou=齋藤=さいとう
            """), women: words("Hanako=花子=はなこ Yuki=由紀=ゆき Sakura=桜=さくら Aiko=愛子=あいこ Keiko=恵子=けいこ"),
            men: words("Tarou=太郎=たろう Hiroshi=浩=ひろし Kenji=健二=けんじ Takashi=隆=たかし Makoto=誠=まこと")),
        Script(weight: 5, families: words("Kim=金=김 Lee=李=이 Park=朴=박 Choi=崔=최 Jung=鄭=정 Kang=姜=강 Cho=趙=조 Hong=洪=홍"),
            women: words("Minji=敏智=민지 Jiwoo=智友=지우 Seoyeon=書姸=서연 Younghee=英姬=영희"), men: words("Minjun=民俊=민준 Gildong=吉洞=길동 Jihun=智勳=지훈 Sangho=相昊=상호")),
        Script(weight: 4, families: words("قباني الخطيب حداد المصري حسن الأحمد منصور العلي"), women: words("فاطمة مريم عائشة ليلى زينب"), men: words("محمد أحمد علي خالد لنزار يوسف")),
        Script(weight: 1, families: words("כהן לוי מזרחי פרץ ביטון פרידמן"), women: words("שרה רבקה נועה תמר"), men: words("דוד משה יוסף אברהם")),
    ]

    static func patient(_ random: inout Random, isWoman: Bool) -> String {
        let script = random.weighted(scripts) { $0.weight }
        let family = script.makesFamilies && random.once(in: 2) ? made(&random) : random.skewed(script.families)
        let given = random.skewed(isWoman ? script.women : script.men)
        guard family.contains("=") || given.contains("=") else {
            let middle = random.once(in: 6) ? "^\(random.one(of: isWoman ? script.women : script.men))" : ""
            return "\(family)^\(given)\(middle)"
        }
        let (families, givens) = (family.split(separator: "="), given.split(separator: "="))
        return zip(families, givens).map { "\($0)^\($1)" }.joined(separator: "=")
    }

    static func physician(_ number: Int) -> String {
        var random = Random(seed: 0x0D0C, number)
        let name = patient(&random, isWoman: random.once(in: 2))
        guard !name.contains("="), name.split(separator: "^").count == 2 else { return name }
        return "\(name)^^Dr."
    }

    private static let onsets = words("B Br Ch D F G H K Kr L M N P R S Sch St T V W Z")
    private static let middles = words("ab ach ad al am and ar asch eck el en er es ich il in is off ol om on or os ub uk ul un ur")
    private static let endings = words("mann er ski berg sen ova ini ez escu stein bach ton field ard ic aux a o i ley")

    private static func made(_ random: inout Random) -> String {
        random.one(of: onsets) + random.one(of: middles) + (random.once(in: 3) ? random.one(of: middles) : "") + random.one(of: endings)
    }

    private static func words(_ text: String) -> [String] { text.split { $0 == " " || $0 == "\n" }.map { String($0.replacing("_", with: " ")) } }
}
