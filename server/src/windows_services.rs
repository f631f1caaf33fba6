//! The Windows services of a computer as switches of the node: what is stopped here really stops.
//!
//! As on a Windows server, a service that was stopped runs again when the machine (here: the process) starts again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A service of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// `RTCSRV`: sign-ins and writes of users.
    FrontEnd,
    /// `RTCDATAMCU`: conference files.
    WebConferencing,
    /// `LYNCBACKUP`: cycles of the Backup Service.
    Backup,
    /// `REPLICA`: takes new versions of the published documents.
    Replica,
    /// `MASTER`: hands new versions of the published documents to the other nodes.
    Master,
}

impl Service {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 5] = [
        Self::Master,
        Self::Replica,
        Self::FrontEnd,
        Self::WebConferencing,
        Self::Backup,
    ];

    /// The name of the Windows service.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FrontEnd => "RTCSRV",
            Self::WebConferencing => "RTCDATAMCU",
            Self::Backup => "LYNCBACKUP",
            Self::Replica => "REPLICA",
            Self::Master => "MASTER",
        }
    }

    /// The name shown.
    #[must_use]
    pub fn display_name(self) -> &'static str {
        match self {
            Self::FrontEnd => "Lync Server Front-End",
            Self::WebConferencing => "Lync Server Web Conferencing",
            Self::Backup => "Lync Server Backup Service",
            Self::Replica => "Lync Server Replica Replicator Agent",
            Self::Master => "Lync Server Master Replicator Agent",
        }
    }

    /// The role that it belongs to.
    #[must_use]
    pub fn role(self) -> &'static str {
        match self {
            Self::FrontEnd | Self::Backup => "UserServer",
            Self::WebConferencing => "ConferencingServer",
            Self::Replica => "ManagementServer",
            Self::Master => "CentralManagement",
        }
    }

    /// The service of that name, case-insensitively.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|service| service.name().eq_ignore_ascii_case(name))
    }

    /// What the two counters of its activity are called: rate, and what is under way.
    fn counters(self) -> (&'static str, &'static str) {
        match self {
            Self::FrontEnd => ("Incoming Requests per Second", "Messages in Server"),
            Self::WebConferencing => ("Incoming Transfers per Second", "Transfers in Server"),
            Self::Backup => ("Batches per Second", "Cycles in Progress"),
            Self::Replica => ("Documents per Second", "Documents in Progress"),
            Self::Master => ("Documents per Second", "Distributions in Progress"),
        }
    }
}

/// The services of this node and what they are doing.
#[derive(Debug)]
pub struct WindowsServices {
    switches: BTreeMap<Service, Switch>,
    changed: Notify,
    origin: Instant,
}

#[derive(Debug)]
struct Switch {
    running: AtomicBool,
    under_way: AtomicU64,
    rate: Rate,
}

/// Counts of the second that runs and of the one before.
#[derive(Debug, Default)]
struct Rate {
    second: AtomicU64,
    now: AtomicU64,
    before: AtomicU64,
}

/// One piece of work of a service; it is under way until this is dropped.
#[derive(Debug)]
pub struct UnderWay<'a>(&'a WindowsServices, Service);

impl WindowsServices {
    /// All services running; `origin` is now.
    #[must_use]
    pub fn new(origin: Instant) -> Self {
        let switch = || Switch {
            running: AtomicBool::new(true),
            under_way: AtomicU64::new(0),
            rate: Rate::default(),
        };
        Self {
            switches: Service::ALL
                .into_iter()
                .map(|service| (service, switch()))
                .collect(),
            changed: Notify::new(),
            origin,
        }
    }

    /// Whether a service runs.
    #[must_use]
    pub fn running(&self, service: Service) -> bool {
        self.switches[&service].running.load(Ordering::Acquire)
    }

    /// Begins a piece of work, unless the service is stopped.
    #[must_use]
    pub fn enter(&self, service: Service) -> Option<UnderWay<'_>> {
        let switch = &self.switches[&service];
        switch.under_way.fetch_add(1, Ordering::AcqRel);
        let work = UnderWay(self, service);
        // Counted before the switch is looked at, so that whoever waits for a stopped service sees this piece.
        self.running(service).then(|| {
            switch.rate.count(self.origin.elapsed());
            work
        })
    }

    /// Starts a service; whether it was stopped.
    pub fn start(&self, service: Service) -> bool {
        let was_stopped = !self.switches[&service].running.swap(true, Ordering::AcqRel);
        self.changed.notify_waiters();
        was_stopped
    }

    /// Stops a service; whether it was running. What is under way ends by itself.
    pub fn stop(&self, service: Service) -> bool {
        let was_running = self.switches[&service]
            .running
            .swap(false, Ordering::AcqRel);
        self.changed.notify_waiters();
        was_running
    }

    /// Waits until nothing of the service is under way.
    pub async fn drained(&self, service: Service) {
        loop {
            let changed = self.changed.notified();
            if self.under_way(service) == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Waits until a service has been started or stopped, or a piece of work has ended.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Pieces of work under way.
    #[must_use]
    pub fn under_way(&self, service: Service) -> u64 {
        self.switches[&service].under_way.load(Ordering::Acquire)
    }

    /// How busy a service is, in the words of `ActivityLevel`; empty for one that is stopped.
    #[must_use]
    pub fn activity(&self, service: Service) -> String {
        if !self.running(service) {
            return String::new();
        }
        let (rate, under_way) = service.counters();
        let per_second = self.switches[&service]
            .rate
            .per_second(self.origin.elapsed());
        format!(
            "{rate}={per_second},{under_way}={}",
            self.under_way(service)
        )
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.switches[&self.1]
            .under_way
            .fetch_sub(1, Ordering::AcqRel);
        self.0.changed.notify_waiters();
    }
}

impl Rate {
    fn count(&self, since_origin: Duration) {
        self.turn(since_origin);
        self.now.fetch_add(1, Ordering::Relaxed);
    }

    /// Work begun in the last whole second.
    fn per_second(&self, since_origin: Duration) -> u64 {
        self.turn(since_origin);
        self.before.load(Ordering::Relaxed)
    }

    fn turn(&self, since_origin: Duration) {
        let second = since_origin.as_secs();
        let known = self.second.load(Ordering::Relaxed);
        let turns = second > known
            && self
                .second
                .compare_exchange(known, second, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if turns {
            let ended = self.now.swap(0, Ordering::Relaxed);
            self.before.store(
                if second == known + 1 { ended } else { 0 },
                Ordering::Relaxed,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_service_takes_no_work_and_says_when_it_is_idle() {
        let services = WindowsServices::new(Instant::now());
        let work = services.enter(Service::FrontEnd);
        assert!(work.is_some());
        assert!(services.stop(Service::FrontEnd));
        assert!(!services.stop(Service::FrontEnd), "it was stopped already");
        assert!(services.enter(Service::FrontEnd).is_none());
        assert_eq!(services.under_way(Service::FrontEnd), 1);
        drop(work);
        assert_eq!(services.under_way(Service::FrontEnd), 0);
        assert!(
            services.enter(Service::Backup).is_some(),
            "the others run on"
        );
        assert_eq!(services.activity(Service::FrontEnd), "");
    }

    #[test]
    fn the_rate_is_that_of_the_last_whole_second() {
        let rate = Rate::default();
        let at = |milliseconds| Duration::from_millis(milliseconds);
        rate.count(at(100));
        rate.count(at(900));
        assert_eq!(rate.per_second(at(950)), 0);
        assert_eq!(rate.per_second(at(1_000)), 2);
        assert_eq!(rate.per_second(at(1_999)), 2);
        assert_eq!(rate.per_second(at(2_000)), 0);
        rate.count(at(2_100));
        assert_eq!(rate.per_second(at(9_000)), 0, "that second is long over");
    }
}
