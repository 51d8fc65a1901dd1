//! How long rights take on a large cluster. Prints one table as JSON, which `cargo xtask bench` shows and keeps.

use platform::{
    Uri,
    permission::{
        Action, Facts, Grant, Member, Narrowing, OrgMember, OrgRole, Policy, Principal, PrincipalKind, ProjectRole,
        Review, Reviewed,
    },
};
use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

const IMAGES: usize = 2_000;
const USERS: usize = 500;
const ROLES: usize = 50;
const PROJECTS: usize = 40;
const GRANTS: usize = 20_000;
const RUNS: usize = 21;
const CHECKS: usize = 100_000;

/// Numbers that look random and are the same in every run (xorshift, 64 bits).
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % many as u64) as usize
    }
}

fn image(n: usize) -> Uri {
    let (project, name) = (format!("project-{}", n % PROJECTS), format!("image-{n}"));
    Uri::try_new("image", ["default", "main", &project, &name]).expect("plain")
}

/// Most grants are on single images, some on projects, few on the organisation; a tenth goes to roles that a few users have.
fn facts(dice: &mut Dice) -> Facts {
    let user = |n: usize| format!("user-{n}");
    let role = |n: usize| format!("user-0/roles/role-{n}");
    let mut facts = Facts { cluster: "default".to_owned(), ..Facts::default() };
    facts.principals.extend((0..USERS).map(|n| Principal { name: user(n), kind: PrincipalKind::User }));
    facts.principals.extend((0..ROLES).map(|n| Principal { name: role(n), kind: PrincipalKind::Role }));
    for n in 0..USERS {
        let principal = user(n);
        let role = if n == 0 { OrgRole::Admin } else { OrgRole::User };
        facts.org_members.push(OrgMember { principal: principal.clone(), org: "main".to_owned(), role });
        for _ in 0..3 {
            facts.members.push(Member {
                principal: principal.clone(),
                org: "main".to_owned(),
                project: format!("project-{}", dice.below(PROJECTS)),
                role: ProjectRole::ALL[dice.below(4)],
            });
        }
    }
    let actions = [Action::Read, Action::Write, Action::Manage];
    for n in 0..GRANTS {
        let uri = match n % 100 {
            0 => Uri::try_new("image", ["default", "main"]).expect("plain"),
            1..10 => {
                let project = format!("project-{}", dice.below(PROJECTS));
                Uri::try_new("image", ["default", "main", &project]).expect("plain")
            }
            10..15 => format!("role://{}", role(dice.below(ROLES))).parse().expect("a uri"),
            _ => image(dice.below(IMAGES)),
        };
        let principal = if n % 10 == 9 { role(dice.below(ROLES)) } else { user(dice.below(USERS)) };
        let action = actions[dice.below(3)];
        facts.grants.push(Grant { principal, uri, action, granted_by: None, granted_at: None });
    }
    facts
}

fn median(mut work: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| work()).collect();
    times.sort_unstable();
    times[RUNS / 2]
}

fn main() {
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    let facts = facts(&mut dice);
    let images: Vec<Uri> = (0..IMAGES).map(image).collect();
    let users: Vec<String> = (0..USERS).map(|n| format!("user-{n}")).collect();

    let compile = median(|| {
        let facts = facts.clone();
        let began = Instant::now();
        black_box(Policy::new(facts));
        began.elapsed()
    });
    let policy = Policy::new(facts);
    let matrix = median(|| {
        let began = Instant::now();
        black_box(policy.matrix(&images, &users));
        began.elapsed()
    });
    let things: Vec<Reviewed> = images.iter().map(|uri| Reviewed { uri: uri.clone(), is_unused: false }).collect();
    let review = Review::new(policy.facts().clone(), things, &HashSet::new());
    let narrowing = Narrowing { outsiders: true, manage: true, ..Narrowing::default() };
    let narrow = median(|| {
        let began = Instant::now();
        black_box(review.visible(&narrowing));
        began.elapsed()
    });
    let ask = |dice: &mut Dice| (dice.below(USERS), dice.below(IMAGES));
    let checks = median(|| {
        let questions: Vec<(usize, usize)> = (0..CHECKS).map(|_| ask(&mut dice)).collect();
        let began = Instant::now();
        for (user, image) in questions {
            black_box(policy.allows(&users[user], &images[image], Action::Write));
        }
        began.elapsed()
    });
    let who = median(|| {
        let began = Instant::now();
        black_box(policy.who_may(&images[dice.below(IMAGES)]));
        began.elapsed()
    });
    let explain = median(|| {
        let (user, image) = ask(&mut dice);
        let began = Instant::now();
        black_box(policy.explain(&users[user], &images[image]));
        began.elapsed()
    });

    let millis = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    let micros = |time: Duration| format!("{:.2} us", time.as_secs_f64() * 1e6);
    let row = |what: &str, took: String, aim: &str| vec![what.to_owned(), took, aim.to_owned()];
    let table = serde_json::json!({
        "title": "Effective rights",
        "method": format!("{IMAGES} images, {USERS} users, {ROLES} roles, {PROJECTS} projects, {GRANTS} grants; native, the middle of {RUNS} runs. Facts are made ready once after each change."),
        "head": ["what", "time", "aim"],
        "rows": [
            row("make the facts ready", millis(compile), ""),
            row("every image x every user", millis(matrix), "100 ms, with the row above"),
            row("the cells that an audit's filter leaves", millis(narrow), ""),
            row("one permission check", micros(checks / u32::try_from(CHECKS).expect("few")), "20 us"),
            row("who may use one image", micros(who), ""),
            row("why one user may use it", micros(explain), ""),
        ],
    });
    println!("{table}");
}
