//! `bursar schema` and `bursar help`.

use serde_json::Value;

use crate::env::TestEnv;

#[test]
fn every_listed_command_has_a_schema() {
    let env = TestEnv::new();
    let names = env.ok(&["schema"]).stdout;
    assert!(names.lines().count() > 10);
    for name in names.lines() {
        let mut args = vec!["schema"];
        args.extend(name.split(' '));
        let schema = env.ok(&args).json();
        assert!(schema["$schema"].is_string(), "{name}: {schema}");
    }
    env.snapshot("schema-unknown", &env.fails(5, &["schema", "frobnicate"]));
}

/// Every property that a schema names has to be in the value, and the other way round (`null` is a value).
fn matches(schema: &Value, whole: &Value, value: &Value, at: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => whole.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, inner) in properties {
            let found =
                object.get(name).unwrap_or_else(|| panic!("{at}.{name} is in the schema and not in the answer"));
            matches(inner, whole, found, &format!("{at}.{name}"));
        }
        for name in object.keys() {
            assert!(properties.contains_key(name), "{at}.{name} is in the answer and not in the schema");
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        matches(&schema["items"], whole, item, &format!("{at}[{index}]"));
    }
}

#[cfg(feature = "sandbox")]
#[test]
fn answers_are_as_their_schemas_say() {
    let env = TestEnv::household();
    for command in [
        &["accounts"][..],
        &["accounts", "show", "a1"],
        &["config"],
        &["connections"],
        &["doctor"],
        &["report", "spending", "--monthly"],
        &["report", "summary"],
        &["lock"],
        &["sessions"],
        &["status"],
        &["sync"],
        &["transactions"],
        &["transactions", "show", "t1"],
        &["vault", "check"],
        &["vault", "inspect"],
    ] {
        let name = match *command {
            [noun, "show", _] => format!("{noun} show"),
            ["report", "spending", ..] => "report".to_owned(),
            _ => command.join(" "),
        };
        let mut args = vec!["schema"];
        args.extend(name.split(' '));
        let schema = env.ok(&args).json();
        matches(&schema, &schema, &env.json(command), &name);
    }
}

#[test]
fn keys_and_members_answer_as_their_schemas_say() {
    let mut env = TestEnv::new();
    env.init();
    let path = |name: &str| env.path("secrets").join(name).to_str().unwrap().to_owned();
    let (timer, code) = (path("timer"), path("code"));
    let new = env.secret_file("new", "canary-of-the-schema-3305-words\n").to_str().unwrap().to_owned();
    let (_, recipient) = crate::members::person(&env, "ana");
    env.ok(&["members", "add", "Ana", &recipient]);
    let copy = env.path("home/for-ana").to_str().unwrap().to_owned();
    let answers = |env: &TestEnv, command: &[&str], name: &str| {
        let schema = env.ok(&[&["schema"], name.split(' ').collect::<Vec<_>>().as_slice()].concat()).json();
        matches(&schema, &schema, &env.json(command), name);
    };
    answers(&env, &["keys", "add", "key-file", &timer, "--role", "sync"], "keys add");
    answers(&env, &["keys", "expire", "key-file", "90d"], "keys expire");
    answers(&env, &["keys", "recovery", "--recovery-file", &code], "keys recovery");
    answers(&env, &["members", "share", "Ana", &copy], "members share");
    answers(&env, &["keys", "remove", "key-file", "--yes"], "keys remove");
    answers(&env, &["keys", "rotate", "--all", "--yes"], "keys rotate");
    answers(&env, &["keys", "rotate", "--all", "--if-older", "90d", "--yes"], "keys rotate");
    answers(&env, &["keys", "passwd", "--new-passphrase-file", &new], "keys passwd");
    env.set("BURSAR_PASSPHRASE_FILE", &new);
    env.ok(&["accounts"]);
}

#[test]
fn topics_are_explained() {
    let env = TestEnv::new();
    env.snapshot("help", &env.ok(&["help"]));
    env.snapshot("help-exit-codes", &env.ok(&["help", "exit-codes"]));
    for topic in ["environment", "periods", "queries"] {
        assert!(env.ok(&["help", topic]).stdout.len() > 300);
    }
    let of_command = env.ok(&["help", "transactions", "edit"]).stdout;
    assert!(of_command.contains("Usage: bursar transactions edit"), "{of_command}");
    env.snapshot("help-unknown", &env.fails(2, &["help", "frobnicate"]));
}
