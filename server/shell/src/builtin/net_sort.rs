//! .NET's own sort (`List<T>.Sort`): it is not stable, and in which order it leaves what is equal is seen.

use std::cmp::Ordering;

/// Longest stretch that is sorted by insertion.
const INSERTION: usize = 16;

/// Sorts as .NET's introspective sort does. An order that contradicts itself leaves some order, as it does there.
pub(super) fn sort<T>(items: &mut [T], order: &mut impl FnMut(&T, &T) -> Ordering) {
    if items.len() > 1 {
        let depth = 2 * (items.len().ilog2() + 1);
        introsort(items, depth, order);
    }
}

fn introsort<T>(mut items: &mut [T], mut depth: u32, order: &mut impl FnMut(&T, &T) -> Ordering) {
    while items.len() > 1 {
        match items.len() {
            2 => return swap_if_greater(items, 0, 1, order),
            3 => {
                swap_if_greater(items, 0, 1, order);
                swap_if_greater(items, 0, 2, order);
                return swap_if_greater(items, 1, 2, order);
            }
            4..=INSERTION => return insertion_sort(items, order),
            _ => {}
        }
        if depth == 0 {
            return heap_sort(items, order);
        }
        depth -= 1;
        let pivot = partition(items, order);
        let (left, right) = items.split_at_mut(pivot);
        introsort(&mut right[1..], depth, order);
        items = left;
    }
}

fn swap_if_greater<T>(
    items: &mut [T],
    a: usize,
    b: usize,
    order: &mut impl FnMut(&T, &T) -> Ordering,
) {
    if order(&items[a], &items[b]) == Ordering::Greater {
        items.swap(a, b);
    }
}

fn insertion_sort<T>(items: &mut [T], order: &mut impl FnMut(&T, &T) -> Ordering) {
    for next in 1..items.len() {
        let mut place = next;
        while place > 0 && order(&items[place], &items[place - 1]) == Ordering::Less {
            items.swap(place, place - 1);
            place -= 1;
        }
    }
}

/// Puts a median of three in its place, what is less before it and what is more behind it.
fn partition<T>(items: &mut [T], order: &mut impl FnMut(&T, &T) -> Ordering) -> usize {
    let high = items.len() - 1;
    let middle = high >> 1;
    swap_if_greater(items, 0, middle, order);
    swap_if_greater(items, 0, high, order);
    swap_if_greater(items, middle, high, order);
    let pivot = high - 1;
    items.swap(middle, pivot);
    let (mut left, mut right) = (0, pivot);
    while left < right {
        left += 1;
        while left < pivot && order(&items[left], &items[pivot]) == Ordering::Less {
            left += 1;
        }
        right -= 1;
        while right > 0 && order(&items[pivot], &items[right]) == Ordering::Less {
            right -= 1;
        }
        if left >= right {
            break;
        }
        items.swap(left, right);
    }
    if left != pivot {
        items.swap(left, pivot);
    }
    left
}

fn heap_sort<T>(items: &mut [T], order: &mut impl FnMut(&T, &T) -> Ordering) {
    let length = items.len();
    for place in (1..=length >> 1).rev() {
        down_heap(items, place, length, order);
    }
    for end in (2..=length).rev() {
        items.swap(0, end - 1);
        down_heap(items, 1, end - 1, order);
    }
}

fn down_heap<T>(
    items: &mut [T],
    mut place: usize,
    length: usize,
    order: &mut impl FnMut(&T, &T) -> Ordering,
) {
    while place <= length >> 1 {
        let mut child = 2 * place;
        if child < length && order(&items[child - 1], &items[child]) == Ordering::Less {
            child += 1;
        }
        if order(&items[place - 1], &items[child - 1]) != Ordering::Less {
            break;
        }
        items.swap(place - 1, child - 1);
        place = child;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_stand_as_net_leaves_them() {
        let mut three = [(2, 'a'), (2, 'b'), (1, 'c')];
        sort(&mut three, &mut |a, b| a.0.cmp(&b.0));
        assert_eq!(three, [(1, 'c'), (2, 'b'), (2, 'a')]);
        let mut four = [(2, 'a'), (2, 'b'), (1, 'c'), (1, 'd')];
        sort(&mut four, &mut |a, b| a.0.cmp(&b.0));
        assert_eq!(four, [(1, 'c'), (1, 'd'), (2, 'a'), (2, 'b')]);
    }

    #[test]
    fn long_stretches_come_into_order() {
        let mut many: Vec<u64> = (0..1000).map(|n| n * 7919 % 1009).collect();
        let mut expected = many.clone();
        expected.sort_unstable();
        sort(&mut many, &mut u64::cmp);
        assert_eq!(many, expected);
        let mut heap: Vec<u64> = (0..100).map(|n| n * 37 % 101).collect();
        heap_sort(&mut heap, &mut u64::cmp);
        assert!(heap.is_sorted());
    }

    #[test]
    fn a_contradictory_order_ends() {
        let mut many: Vec<u32> = (0..500).collect();
        sort(&mut many, &mut |_, _| Ordering::Less);
        sort(&mut many, &mut |_, _| Ordering::Greater);
        assert_eq!(many.len(), 500);
    }
}
