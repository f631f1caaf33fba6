//! How many Front End servers a pool needs: to start for the first time, and to stay functional (domain rules of Windows
//! Fabric in Lync Server 2013, for pools of up to 16 servers).

/// What a running pool needs to stay functional: at least `needed` of the first `of` servers in topology order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// How many servers must run.
    pub needed: usize,
    /// Among how many, counted from the first in the topology.
    pub of: usize,
}

/// How many servers must be up for a pool of `total` to start for the first time (85 %). A pool of one needs itself.
#[must_use]
pub fn needed_to_start(total: usize) -> usize {
    match total {
        0 => 0,
        1 | 2 => 1,
        3 | 4 => 3,
        5 => 4,
        6 | 7 => 5,
        8 => 6,
        9 => 7,
        10 => 8,
        11 => 9,
        12 => 10,
        // Beyond the published table (12 of 16 is the one further published value) the same share, three quarters, holds.
        more => more * 3 / 4,
    }
}

/// What a pool of `total` servers needs to stay functional. Below it, the rest stop all services.
#[must_use]
pub fn needed_to_run(total: usize) -> Need {
    let (needed, of) = match total {
        0 => (0, 0),
        1 => (1, 1),
        2 => (1, 2),
        3 | 4 => (2, total),
        5 | 6 => (3, total),
        7 => (4, 7),
        8 | 9 => (4, 7),
        10..=12 => (5, 9),
        _ => (7, 12),
    };
    Need { needed, of }
}

/// Whether a pool is functional, given which of its servers run, in topology order.
#[must_use]
pub fn is_functional(running: &[bool]) -> bool {
    let need = needed_to_run(running.len());
    need.needed > 0 && voters(running) >= need.needed
}

/// How many of the servers that count towards the quorum run.
#[must_use]
pub fn voters(running: &[bool]) -> usize {
    running
        .iter()
        .take(needed_to_run(running.len()).of)
        .filter(|up| **up)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_start_table() {
        let table: Vec<usize> = (2..=12).map(needed_to_start).collect();
        assert_eq!(table, [1, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10]);
        assert_eq!(needed_to_start(16), 12);
    }

    #[test]
    fn only_the_first_servers_of_a_large_pool_vote() {
        let mut running = [false; 10];
        running[4..10].fill(true);
        assert!(is_functional(&running), "five of the first nine run");
        running[4] = false;
        assert!(!is_functional(&running), "the tenth server does not vote");
    }

    #[test]
    fn more_servers_never_hurt() {
        for total in 1..=16 {
            let mut running = vec![false; total];
            assert!(!is_functional(&running));
            let mut was = false;
            for index in 0..total {
                running[index] = true;
                let is = is_functional(&running);
                assert!(is || !was);
                was = is;
            }
            assert!(was, "a pool of {total} with all servers up must run");
        }
    }
}
