use std::collections::HashMap;

/// The command line: `--name=value`, all of them required.
pub struct Settings {
    /// The address to listen on.
    pub address: String,
    /// The address of Redis.
    pub redis: String,
    /// The text of the script.
    pub script: String,
    /// The name of the cookie that carries the session.
    pub cookie: String,
    /// The script's arguments after the nonce.
    pub words: Vec<String>,
}

impl Settings {
    pub fn from_arguments() -> Result<Settings, Box<dyn std::error::Error>> {
        let mut told: HashMap<String, String> = std::env::args()
            .skip(1)
            .filter_map(|word| {
                let (name, value) = word.split_once('=')?;
                Some((name.trim_start_matches('-').to_owned(), value.to_owned()))
            })
            .collect();
        let mut take = |name: &str| told.remove(name).ok_or(format!("--{name} is missing"));
        Ok(Settings {
            address: take("address")?,
            redis: take("redis")?,
            script: std::fs::read_to_string(take("script")?)?,
            cookie: take("cookie")?,
            words: take("words")?.split(',').map(str::to_owned).collect(),
        })
    }
}
