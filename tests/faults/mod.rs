//! Faults of the kernel under the finished binary: killed, no space, an error of the disk, at the k-th call of each kind.
//!
//! strace makes them; only faults that it says it made are counted. Each scene is one command, tried at points spread evenly
//! over all the calls that an undisturbed run makes, and after each fault the vault must be whole and usable. CI strikes at
//! [`POINTS`] points; `BURSAR_FAULT_POINTS=10000 cargo test --test main faults::` at as many as one asks for, and with
//! `BURSAR_FAULT_KIND=kill` only by killing.

mod banks;
mod book;
mod keys;
mod simplefin;
mod told;

use std::{collections::BTreeMap, env, io::Write as _};

use crate::env::{TestEnv, have};

/// Faults over all scenes in an ordinary run.
const POINTS: usize = 330;

/// The calls that change something. `write` also tells the program's own threads and streams something, so it is only killed at.
const KINDS: [&str; 8] = ["pwrite64", "fsync", "ftruncate", "rename", "unlink", "mkdir", "fallocate", "write"];

/// Exit codes of cli.md that a fault may lead to; 1 (unexpected) and 101 (a panic) are not among them.
const DOCUMENTED: [i32; 11] = [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14];

/// What the kernel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Kill,
    Once(&'static str),
    FromThenOn(&'static str),
}

/// One fault: at the k-th call of a kind in any thread.
#[derive(Debug, Clone)]
struct Fault {
    call: String,
    at: usize,
    blow: Blow,
}

impl Fault {
    fn expression(&self) -> String {
        let Self { call, at, blow } = self;
        match blow {
            Blow::Kill => format!("inject={call}:signal=KILL:when={at}"),
            Blow::Once(error) => format!("inject={call}:error={error}:when={at}"),
            Blow::FromThenOn(error) => format!("inject={call}:error={error}:when={at}+"),
        }
    }
}

/// A command that is disturbed, and what must hold afterwards.
trait Scene {
    /// Puts everything as it is to be before the command.
    fn reset(&mut self);
    /// Where it happens.
    fn env(&self) -> &TestEnv;
    /// The command.
    fn command(&self) -> Vec<String>;
    /// Whatever happened, everything is whole and goes on; `done` says that the command reported success.
    fn check(&mut self, done: bool, what: &str);
}

/// Strikes a scene at its share (of a thousand) of all points.
fn strike(scene: &mut dyn Scene, share: usize) {
    if !have("strace") {
        return;
    }
    let asked = env::var("BURSAR_FAULT_POINTS").ok().map(|text| text.parse::<usize>().unwrap());
    let wanted = (asked.unwrap_or(POINTS) * share).div_ceil(1000);
    let mut faults = faults(&calls(scene));
    if env::var("BURSAR_FAULT_KIND").is_ok_and(|kind| kind == "kill") {
        faults.retain(|fault| fault.blow == Blow::Kill);
    }
    let (mut fired, mut order) = (0, faults.len());
    // A prime step walks all points once, far apart from one to the next.
    let step = [7919, 7907, 7901].into_iter().find(|step| !faults.len().is_multiple_of(*step)).unwrap();
    while fired < wanted && order > 0 {
        order -= 1;
        let fault = &faults[order * step % faults.len()];
        fired += usize::from(one(scene, fault));
        if asked.is_some() && fired.is_multiple_of(100) {
            drop(writeln!(std::io::stderr(), "{fired} of {} fired", faults.len()));
        }
    }
    match asked {
        Some(_) => drop(writeln!(std::io::stderr(), "{fired} faults fired, of {} there are", faults.len())),
        None => assert_eq!(fired, wanted, "faults fired, and wanted"),
    }
}

/// Runs the command with one fault; tells whether it fired.
fn one(scene: &mut dyn Scene, fault: &Fault) -> bool {
    scene.reset();
    let words = scene.command();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let watched = format!("trace={}", fault.call);
    let (output, trace) = scene.env().traced(&words, &[&watched, &fault.expression()]);
    let killed = output.status == 137;
    let fired = if fault.blow == Blow::Kill { killed } else { trace.contains("(INJECTED)") };
    let what = format!("`bursar {}` after {fault:?}", words.join(" "));
    assert!(killed || DOCUMENTED.contains(&output.status), "{what}: {output}");
    assert!(!output.stderr.contains("panicked"), "{what}: {output}");
    scene.check(output.status == 0, &what);
    fired
}

/// How often the busiest thread of an undisturbed run makes each call.
fn calls(scene: &mut dyn Scene) -> BTreeMap<String, usize> {
    scene.reset();
    let words = scene.command();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (output, trace) = scene.env().traced(&words, &[&format!("trace={}", KINDS.join(","))]);
    assert_eq!(output.status, 0, "undisturbed: {output}");
    scene.check(true, "undisturbed");
    let mut by_thread: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in trace.lines() {
        if let Some((thread, rest)) = line.split_once(' ')
            && let Some((call, _)) = rest.trim_start().split_once('(')
            && KINDS.contains(&call)
        {
            *by_thread.entry((call, thread)).or_default() += 1;
        }
    }
    let mut calls = BTreeMap::new();
    for ((call, _), count) in by_thread {
        let most: &mut usize = calls.entry(call.to_owned()).or_default();
        *most = (*most).max(count);
    }
    calls
}

/// Every fault of every call.
fn faults(calls: &BTreeMap<String, usize>) -> Vec<Fault> {
    let errors = [Blow::Once("ENOSPC"), Blow::FromThenOn("ENOSPC"), Blow::Once("EIO"), Blow::FromThenOn("EIO")];
    let mut faults = Vec::new();
    for (call, count) in calls {
        for at in 1..=*count {
            faults.push(Fault { call: call.clone(), at, blow: Blow::Kill });
            if call != "write" {
                faults.extend(errors.map(|blow| Fault { call: call.clone(), at, blow }));
            }
        }
    }
    faults
}

/// The words of a command line without quotes in it.
fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The vault opens, and every check of it passes.
fn whole(env: &TestEnv, what: &str) {
    let checked = env.run(&["vault", "check", "--json"]);
    assert_eq!(checked.status, 0, "{what}: {checked}");
    assert_eq!(checked.json()["ok"], true, "{what}: {checked}");
}

/// A vault with a household whose commands use a key file, which costs less than a passphrase.
fn household(change: impl FnOnce(&mut bursar::sandbox::Config)) -> TestEnv {
    let mut env = TestEnv::new();
    env.bank_with(change);
    env.init();
    let key = env.path("secrets/device");
    env.ok(&["keys", "add", "key-file", key.to_str().unwrap(), "--label", "device"]);
    env.unset("BURSAR_PASSPHRASE_FILE");
    env.set("BURSAR_IDENTITY", key.to_str().unwrap());
    env
}
