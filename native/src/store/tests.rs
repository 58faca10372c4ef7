//! Tests of the store as a whole, without Python.

use super::{
    BlockStore, LOG_FILE,
    index::{Index, Place},
    record::HEAD_SIZE,
};
use std::{fs, path::Path};

/// A folder that is removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ctc-store-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn hash(number: u64, salt: u64, index: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    let mut seed = number << 32 ^ salt << 16 ^ index ^ 0x9e37_79b9_7f4a_7c15;
    for word in hash.chunks_exact_mut(8) {
        seed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        seed = (seed ^ seed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word.copy_from_slice(&seed.to_le_bytes());
    }
    hash
}

fn record(number: u64, salt: u64, transactions: u32) -> Vec<u8> {
    let block = [7; 50];
    let mut bytes = vec![0; HEAD_SIZE];
    bytes[..3].copy_from_slice(b"CB\x01");
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    bytes[16..48].copy_from_slice(&hash(number, salt, 1 << 40));
    bytes[48..52].copy_from_slice(&transactions.to_le_bytes());
    bytes[60..68].copy_from_slice(&(block.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&block);
    for index in 0..transactions {
        bytes.extend_from_slice(&hash(number, salt, u64::from(index)));
    }
    bytes
}

fn open(folder: &Folder) -> BlockStore {
    BlockStore::open(folder.path(), 0).expect("the store opens")
}

fn check(store: &BlockStore, blocks: u64, salt: impl Fn(u64) -> u64, transactions: u32) {
    assert_eq!(store.head_number(), blocks.checked_sub(1));
    for number in 0..blocks {
        let salt = salt(number);
        let found = store.get(number).expect("readable").expect("there");
        assert_eq!(found, record(number, salt, transactions));
        let block = hash(number, salt, 1 << 40);
        assert_eq!(store.find_block(&block).expect("readable"), Some(number));
        for index in 0..transactions {
            let each = hash(number, salt, u64::from(index));
            assert_eq!(
                store.find_transaction(&each).expect("readable"),
                Some((number, index))
            );
        }
    }
}

#[test]
fn blocks_are_found_through_runs_merges_and_reopening() {
    let folder = Folder::new("runs");
    let store = open(&folder);
    for number in 0..300 {
        store.commit(&record(number, 0, 600)).expect("committed");
    }
    check(&store, 300, |_| 0, 600);
    drop(store);
    let runs = fs::read_dir(folder.path().join("index"))
        .expect("the index")
        .count();
    assert!(
        runs < 12,
        "ten runs of the first level have been merged, {runs} files are left"
    );
    check(&open(&folder), 300, |_| 0, 600);
}

#[test]
fn a_branch_after_a_rollback_is_found_and_what_it_replaced_is_not() {
    let folder = Folder::new("branch");
    let store = open(&folder);
    for number in 0..100 {
        store.commit(&record(number, 0, 400)).expect("committed");
    }
    assert!(store.rollback_to(30).expect("rolled back"));
    assert!(!store.rollback_to(31).expect("refused"));
    for number in 31..100 {
        store.commit(&record(number, 1, 400)).expect("committed");
    }
    let check_branch = |opened: BlockStore| {
        check(&opened, 100, |number| u64::from(number > 30), 400);
        assert_eq!(
            opened.find_block(&hash(50, 0, 1 << 40)).expect("readable"),
            None
        );
        assert_eq!(
            opened.find_transaction(&hash(50, 0, 3)).expect("readable"),
            None
        );
    };
    check_branch(store);
    check_branch(open(&folder));
}

#[test]
fn every_cut_of_the_log_leaves_a_beginning_of_the_chain_or_is_refused() {
    let folder = Folder::new("cuts");
    let store = open(&folder);
    let mut ends = vec![];
    let log = folder.path().join(LOG_FILE);
    for number in 0..4 {
        store.commit(&record(number, 0, 1)).expect("committed");
        ends.push(fs::metadata(&log).expect("the log").len());
    }
    drop(store);
    let whole = fs::read(&log).expect("the log");
    for cut in 16..whole.len() {
        fs::write(&log, &whole[..cut]).expect("written");
        let blocks = ends.iter().filter(|end| **end <= cut as u64).count() as u64;
        check(&open(&folder), blocks, |_| 0, 1);
        fs::write(&log, &whole[..cut]).expect("written");
        assert!(BlockStore::open(folder.path(), blocks + 1).is_err());
        assert_eq!(
            fs::read(&log).expect("the log"),
            &whole[..cut],
            "a refusal changes nothing"
        );
    }
}

#[test]
fn every_changed_byte_of_the_log_is_noticed() {
    let folder = Folder::new("flips");
    let store = open(&folder);
    for number in 0..4 {
        store.commit(&record(number, 0, 1)).expect("committed");
    }
    drop(store);
    let log = folder.path().join(LOG_FILE);
    let whole = fs::read(&log).expect("the log");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        fs::write(&log, &changed).expect("written");
        assert!(BlockStore::open(folder.path(), 4).is_err(), "byte {at}");
        assert_eq!(
            fs::read(&log).expect("the log"),
            changed,
            "a refusal changes nothing"
        );
    }
}

#[test]
fn places_with_one_prefix_are_all_found_across_pages_and_runs() {
    let folder = Folder::new("prefix");
    let (index, covered) = Index::open(folder.path().join("index"), 16).expect("opened");
    assert!(covered.offsets.is_empty());
    for block in 0..3_u64 {
        let entries = (0..20_000).map(|at| {
            let prefix = if at < 1000 {
                42
            } else {
                hash(block, 5, u64::from(at))[0].into()
            };
            (prefix, Place::Transaction(block, at))
        });
        index.add(entries, 16 + block, |_| vec![block]);
    }
    let expected: Vec<_> = (0..3)
        .flat_map(|block| (0..1000).map(move |at| (block, at)))
        .collect();
    let found = index.find(42).expect("readable");
    let found: Vec<_> = (found.into_iter())
        .filter_map(|place| match place {
            Place::Transaction(block, at) if at < 1000 => Some((block, at)),
            _ => None,
        })
        .collect();
    assert_eq!(found, expected);
}
