/// Of this program, as `--version`, `/api/info` and logs say it.
let version = "0.1.0"
