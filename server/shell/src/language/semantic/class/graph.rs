//! How the statements of a method flow into each other, and which variables hold something where they are read
//! (`VariableAnalysis`).

use std::collections::HashMap;

/// Most bits that the analysis of one method takes: of a text that wants more no variable is refused.
const MOST_BITS: usize = 1 << 26;

/// Variables that every block has.
const AUTOMATIC: [&str; 10] = [
    "_",
    "args",
    "this",
    "input",
    "pscmdlet",
    "psboundparameters",
    "myinvocation",
    "psscriptroot",
    "pscommandpath",
    "?",
];

/// Variables that are in every scope: what is assigned to them is no variable of the method's own.
const OF_ALL_SCOPES: [&str; 14] = [
    "?",
    "executioncontext",
    "false",
    "home",
    "host",
    "pid",
    "psculture",
    "pshome",
    "psuiculture",
    "psversiontable",
    "psedition",
    "shellid",
    "true",
    "enabledexperimentalfeatures",
];

/// What is known of where a variable is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Unknown,
    /// A place of the method's own.
    Own,
    /// It is looked up by its name.
    Dynamic,
}

struct Variable {
    slot: Slot,
    automatic: bool,
    /// Whether it is in every scope.
    shared: bool,
    assigned: bool,
    of_type: Option<String>,
    /// Where it is read.
    uses: Vec<usize>,
}

enum Event {
    /// A variable is read, at that place of the text.
    Use(usize, usize),
    /// A variable is given a value of that type; whether a statement names it as what it assigns to.
    Assign(usize, Option<String>, bool),
}

/// Statements that run one after the other.
#[derive(Default)]
struct Node {
    events: Vec<Event>,
    next: Vec<usize>,
    before: Vec<usize>,
    throws: bool,
    returns: bool,
    reachable: bool,
}

/// The flow of a method.
pub(super) struct Graph {
    nodes: Vec<Node>,
    current: usize,
    names: HashMap<String, usize>,
    variables: Vec<Variable>,
    /// Whether something may change variables by their names.
    pub(super) by_name: bool,
}

const ENTRY: usize = 0;
/// Where a method ends.
pub(super) const EXIT: usize = 1;

impl Graph {
    pub(super) fn new() -> Self {
        let entry = Node {
            reachable: true,
            ..Node::default()
        };
        Self {
            nodes: vec![entry, Node::default()],
            current: ENTRY,
            names: HashMap::new(),
            variables: Vec::new(),
            by_name: false,
        }
    }

    pub(super) fn node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// The statements at hand.
    pub(super) fn current(&self) -> usize {
        self.current
    }

    pub(super) fn go_to(&mut self, node: usize) {
        self.current = node;
    }

    pub(super) fn flows(&mut self, from: usize, to: usize) {
        if self.nodes[from].next.contains(&to) {
            return;
        }
        self.nodes[to].reachable |= self.nodes[from].reachable;
        self.nodes[from].next.push(to);
        self.nodes[to].before.push(from);
    }

    /// The statements at hand flow to others.
    pub(super) fn flow_to(&mut self, to: usize) {
        self.flows(self.current, to);
    }

    /// The statements at hand end the method; what stands behind them is not reached.
    pub(super) fn ends(&mut self, returns: bool) {
        let last = self.current;
        self.flow_to(EXIT);
        match returns {
            true => self.nodes[last].returns = true,
            false => self.nodes[last].throws = true,
        }
        self.current = self.node();
    }

    pub(super) fn throws(&mut self, node: usize) {
        self.nodes[node].throws = true;
    }

    fn variable(&mut self, key: &str) -> usize {
        let key = if key == "psitem" { "_" } else { key };
        if let Some(known) = self.names.get(key) {
            return *known;
        }
        let automatic = AUTOMATIC.contains(&key);
        self.variables.push(Variable {
            slot: if automatic { Slot::Own } else { Slot::Unknown },
            automatic,
            shared: OF_ALL_SCOPES.contains(&key),
            assigned: false,
            of_type: None,
            uses: Vec::new(),
        });
        let place = self.variables.len() - 1;
        self.names.insert(key.to_owned(), place);
        place
    }

    /// A variable is read.
    pub(super) fn reads(&mut self, key: &str, at: usize) {
        let variable = self.variable(key);
        let own = &mut self.variables[variable];
        own.uses.push(at);
        if own.slot == Slot::Unknown {
            self.nodes[self.current]
                .events
                .push(Event::Use(variable, at));
        }
    }

    /// A variable is given a value by a statement that names it.
    pub(super) fn assigns(&mut self, key: &str, of_type: Option<String>) {
        let variable = self.variable(key);
        let event = Event::Assign(variable, of_type, true);
        self.nodes[self.current].events.push(event);
    }

    /// `$foreach` and `$switch` are given a value.
    pub(super) fn sets(&mut self, key: &str) {
        let variable = self.variable(key);
        if self.variables[variable].slot == Slot::Unknown && !self.by_name {
            self.variables[variable].slot = Slot::Own;
        }
        let event = Event::Assign(variable, None, false);
        self.nodes[self.current].events.push(event);
    }

    /// A variable is kept where attributes or several types stand before it.
    pub(super) fn is_dynamic(&mut self, key: &str) {
        let variable = self.variable(key);
        self.variables[variable].slot = Slot::Dynamic;
    }

    /// A parameter holds something from the beginning.
    pub(super) fn parameter(&mut self, key: &str, of_type: Option<String>, is_dynamic: bool) {
        let variable = self.variable(key);
        let own = &mut self.variables[variable];
        own.assigned = true;
        own.of_type = Some(of_type.clone().unwrap_or_else(|| "object".into()));
        if is_dynamic && !own.automatic {
            own.slot = Slot::Dynamic;
        }
        let event = Event::Assign(variable, of_type, false);
        self.nodes[ENTRY].events.push(event);
    }

    /// Whether every way through the method ends with a value or an error.
    pub(super) fn always_returns(&self) -> bool {
        self.nodes[EXIT].before.iter().all(|before| {
            let node = &self.nodes[*before];
            node.returns || node.throws || !node.reachable
        })
    }

    /// The nodes that are reached, each before those that it flows to, loops aside.
    fn order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut seen = vec![false; self.nodes.len()];
        let mut path = vec![(ENTRY, 0)];
        seen[ENTRY] = true;
        while let Some((node, place)) = path.last_mut() {
            match self.nodes[*node].next.get(*place) {
                Some(next) => {
                    *place += 1;
                    if !std::mem::replace(&mut seen[*next], true) {
                        path.push((*next, 0));
                    }
                }
                None => {
                    order.push(*node);
                    path.pop();
                }
            }
        }
        order.reverse();
        order
    }

    /// Where variables are read that the method did not assign to on every way there.
    pub(super) fn unassigned(mut self) -> Vec<usize> {
        let words = self.variables.len().div_ceil(64).max(1);
        if self.nodes.len().saturating_mul(words * 64) > MOST_BITS {
            return Vec::new();
        }
        let mut assigned: Vec<Option<Vec<u64>>> = vec![None; self.nodes.len()];
        let mut refused: Vec<Vec<usize>> = vec![Vec::new(); self.variables.len()];
        for node in self.order() {
            let mut bits = match node {
                ENTRY => vec![0; words],
                _ => vec![u64::MAX; words],
            };
            for before in &self.nodes[node].before {
                if let Some(known) = &assigned[*before] {
                    bits.iter_mut()
                        .zip(known)
                        .for_each(|(own, known)| *own &= known);
                }
            }
            for event in std::mem::take(&mut self.nodes[node].events) {
                match event {
                    Event::Use(variable, at) => {
                        let is_set = bits[variable / 64] & (1 << (variable % 64)) != 0;
                        if !self.variables[variable].automatic && !is_set {
                            refused[variable].push(at);
                        }
                    }
                    Event::Assign(variable, of_type, named) => {
                        self.assign(variable, of_type, named, &mut bits);
                    }
                }
            }
            assigned[node] = Some(bits);
        }
        let mut all: Vec<usize> = Vec::new();
        for (variable, refused) in self.variables.iter().zip(refused) {
            match variable.slot {
                // One that is looked up by its name may be read as soon as it is assigned to at all.
                Slot::Dynamic if variable.assigned => {}
                Slot::Dynamic => all.extend(&variable.uses),
                _ => all.extend(refused),
            }
        }
        all
    }

    fn assign(&mut self, variable: usize, of_type: Option<String>, named: bool, bits: &mut [u64]) {
        let by_name = self.by_name;
        let own = &mut self.variables[variable];
        own.assigned |= named;
        if own.slot == Slot::Unknown {
            own.slot = match by_name || own.shared {
                true => Slot::Dynamic,
                false => Slot::Own,
            };
        }
        let bit = &mut bits[variable / 64];
        let mask = 1 << (variable % 64);
        let of_type = match (of_type, &own.of_type) {
            (None, Some(_)) if *bit & mask == 0 => Some("object".to_owned()),
            (of_type, _) => of_type,
        };
        match (&own.of_type, of_type) {
            (None, of_type) => own.of_type = Some(of_type.unwrap_or_else(|| "object".into())),
            (Some(known), Some(of_type)) if *known != of_type && !own.automatic => {
                own.slot = Slot::Dynamic;
            }
            _ => {}
        }
        *bit |= mask;
    }
}
