//! States that are changed, held, exported and restored.

use alloy_primitives::{Address, U256};

use super::{AccountChange, Changes, CodeTable, Export, Info, Keeper, World};
use crate::trie::EMPTY_ROOT;

fn account(number: u64, slots: u64, code: Option<&[u8]>, codes: &CodeTable) -> AccountChange {
    AccountChange {
        address: Address::left_padding_from(&number.to_be_bytes()),
        info: Some(Info {
            nonce: number,
            balance: U256::from(number) << 70,
            code: code.and_then(|code| codes.intern_bytes(code)),
        }),
        cleared: false,
        slots: (1..=slots)
            .map(|slot| (U256::from(slot), U256::from(slot * 3)))
            .collect(),
        has_new_code: code.is_some(),
    }
}

fn world(accounts: Vec<AccountChange>) -> World {
    let mut world = World::default();
    world.apply(&Changes { accounts });
    world
}

#[test]
fn a_state_survives_export_and_import() {
    let codes = CodeTable::default();
    let mut accounts: Vec<_> = (1..12_345)
        .map(|number| account(number, 0, None, &codes))
        .collect();
    accounts.push(account(20_000, 25_000, Some(b"\x60\x01"), &codes));
    accounts.push(account(20_001, 3, Some(b"\x60\x01"), &codes));
    let mut original = world(accounts);
    let root = original.root();
    let chunks: Vec<_> = Export::new(original).collect();
    assert!(chunks.len() >= 4);
    let fresh = CodeTable::default();
    let mut restored = World::default();
    for chunk in &chunks {
        restored.apply(&Changes::decode(chunk, &fresh).expect("our own chunk decodes"));
    }
    assert_eq!(restored.root(), root);
}

#[test]
fn a_state_goes_with_its_last_hold() {
    let keeper = Keeper::default();
    let codes = CodeTable::default();
    let root = keeper.insert(world(vec![account(1, 2, None, &codes)]));
    keeper.retain(&root).expect("it is held");
    keeper.release(&root).expect("it is held");
    assert!(keeper.has(&root));
    keeper.release(&root).expect("it is held");
    assert!(!keeper.has(&root));
    assert!(keeper.get(&root).is_err());
    assert!(keeper.retain(&root).is_err());
    assert!(keeper.release(&root).is_err());
    assert!(keeper.has(&EMPTY_ROOT) && keeper.get(&EMPTY_ROOT).is_ok());
}

#[test]
fn deleting_what_was_added_gives_the_old_root() {
    let codes = CodeTable::default();
    let mut first = world(vec![
        account(1, 2, None, &codes),
        account(2, 0, None, &codes),
    ]);
    let mut second = first.clone();
    second.apply(&Changes {
        accounts: vec![account(3, 9, Some(b"\x00"), &codes)],
    });
    assert_ne!(first.root(), second.root());
    let mut gone = account(3, 0, None, &codes);
    gone.info = None;
    second.apply(&Changes {
        accounts: vec![gone],
    });
    assert_eq!(first.root(), second.root());
}

#[test]
fn malformed_diffs_are_refused() {
    let codes = CodeTable::default();
    let mut changes = Changes {
        accounts: vec![account(1, 2, Some(b"\x00\x01"), &codes)],
    };
    let good = changes.encode();
    assert!(Changes::decode(&good, &CodeTable::default()).is_ok());
    for cut in 0..good.len() {
        assert!(Changes::decode(&good[..cut], &codes).is_err());
    }
    let mut unknown = changes.clone();
    unknown.accounts[0].has_new_code = false;
    assert!(Changes::decode(&unknown.encode(), &CodeTable::default()).is_err());
}
