enum MagneticResonance { static func study(scale: Int) -> DemoStudy { DemoStudy(title: "", instances: []) } }
