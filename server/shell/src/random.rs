//! Random numbers: those of the host, and the sequence that .NET's `System.Random` makes of a seed.

use crate::host::Host;

/// How often a real number is drawn at most until one is within its bounds.
const MAX_DRAWS: usize = 10_000;

/// `System.Random` with a seed (Knuth's subtractive generator, as .NET keeps it for compatibility).
#[derive(Clone, Debug)]
pub struct Seeded {
    numbers: [i32; 56],
    next: usize,
    other: usize,
}

impl Seeded {
    /// The generator of a seed.
    pub fn new(seed: i32) -> Self {
        let mut numbers = [0_i32; 56];
        let mut last = 161_803_398_i32.wrapping_sub(seed.checked_abs().unwrap_or(i32::MAX));
        numbers[55] = last;
        let mut value = 1_i32;
        let mut place = 0;
        for _ in 1..55 {
            place = (place + 21) % 55;
            numbers[place] = value;
            value = last.wrapping_sub(value);
            if value < 0 {
                value = value.wrapping_add(i32::MAX);
            }
            last = numbers[place];
        }
        for _ in 1..5 {
            for place in 1..56 {
                let far = 1 + (place + 30) % 55;
                numbers[place] = numbers[place].wrapping_sub(numbers[far]);
                if numbers[place] < 0 {
                    numbers[place] = numbers[place].wrapping_add(i32::MAX);
                }
            }
        }
        Self {
            numbers,
            next: 0,
            other: 21,
        }
    }

    fn sample(&mut self) -> i32 {
        let step = |place: usize| if place + 1 >= 56 { 1 } else { place + 1 };
        self.next = step(self.next);
        self.other = step(self.other);
        let mut value = self.numbers[self.next].wrapping_sub(self.numbers[self.other]);
        if value == i32::MAX {
            value -= 1;
        }
        if value < 0 {
            value = value.wrapping_add(i32::MAX);
        }
        self.numbers[self.next] = value;
        value
    }
}

/// Where `Get-Random` takes its numbers from (`PolymorphicRandomNumberGenerator`).
pub enum Generator<'a> {
    /// The host.
    Host(&'a dyn Host),
    /// A seed.
    Seeded(&'a mut Seeded),
}

impl Generator<'_> {
    /// Fills with random bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Self::Host(host) => host.fill_random(bytes),
            Self::Seeded(seeded) => {
                for byte in bytes {
                    *byte = seeded.sample() as u8;
                }
            }
        }
    }

    /// Any number but the greatest one.
    fn number(&mut self) -> i32 {
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let number = i32::from_le_bytes(bytes);
            if number != i32::MAX {
                return number;
            }
        }
    }

    /// From nought to below one.
    pub fn fraction(&mut self) -> f64 {
        let mut number = self.number();
        if number < 0 {
            number += i32::MAX;
        }
        f64::from(number) * (1.0 / f64::from(i32::MAX))
    }

    /// From `least` to below `bound`.
    pub fn below(&mut self, least: i32, bound: i32) -> i32 {
        let range = i64::from(bound) - i64::from(least);
        if range <= i64::from(i32::MAX) {
            return ((self.fraction() * range as f64) as i32).wrapping_add(least);
        }
        let sample = f64::from(self.number()) + f64::from(i32::MAX);
        let fraction = sample * (1.0 / (2.0 * f64::from(i32::MAX)));
        ((fraction * range as f64) as i64 + i64::from(least)) as i32
    }

    /// From `least` to below `bound`.
    pub fn long_below(&mut self, least: i64, bound: i64) -> i64 {
        let range = bound.wrapping_sub(least) as u64;
        if let Ok(range) = i32::try_from(range) {
            return least.wrapping_add(i64::from(self.below(0, range)));
        }
        let mask = u64::MAX >> range.leading_zeros();
        loop {
            let mut bytes = [0; 8];
            self.fill(&mut bytes);
            let number = u64::from_le_bytes(bytes) & mask;
            if number < range {
                return (least as f64 + number as f64) as i64;
            }
        }
    }

    /// From `least` to below `bound`.
    pub fn real_below(&mut self, least: f64, bound: f64) -> f64 {
        let mut range = bound - least;
        // What lies outside because reals are not exact is drawn again; below infinity nothing ever lies within.
        for _ in 0..MAX_DRAWS {
            let fraction = self.fraction();
            let number = if range.is_infinite() {
                least + fraction * bound - fraction * least
            } else {
                least + fraction * range
            };
            if number < bound || number.is_nan() {
                return number;
            }
            range *= fraction;
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_nets_sequence() {
        assert_eq!(Seeded::new(0).sample(), 1_559_595_546);
        assert_eq!(Seeded::new(42).sample(), 1_434_747_710);
        assert_eq!(Seeded::new(1).sample(), 534_011_718);
    }
}
