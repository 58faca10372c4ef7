// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// What assembly leaves outside of a type is passed on as it is, and cleaned where it is used.

type Small is uint8;

using {shifted as ~, raw as +} for Small global;

function shifted(Small x) pure returns (Small z) {
    assembly {
        z := shr(8, x)
    }
}

function raw(Small x, Small y) pure returns (Small z) {
    assembly {
        z := add(x, y)
    }
}

abstract contract Base {
    function step(uint8 x) internal pure virtual returns (uint8) {
        return x;
    }

    function above(uint8 x) internal pure returns (uint256 bits) {
        uint8 y = step(x);
        assembly {
            bits := y
        }
    }
}

contract Start {
    uint256 internal started;

    constructor(uint8 x) {
        uint256 word;
        assembly {
            word := x
        }
        started = word;
    }
}

function unclean() pure returns (uint8 x) {
    assembly {
        x := 0x3307
    }
}

contract Dirty is Base, Start(unclean()) {
    enum Kind {
        A,
        B
    }

    event Seen(uint8 indexed x, uint8 y);

    uint8 private stored;
    mapping(uint8 => uint256) private table;

    function dirty() internal pure returns (uint8 x) {
        assembly {
            x := 0x1205
        }
    }

    function bits(uint8 x) internal pure returns (uint256 word) {
        assembly {
            word := x
        }
    }

    function step(uint8 x) internal pure override returns (uint8) {
        return super.step(x);
    }

    function pair() internal pure returns (uint8, uint8) {
        return (dirty(), 7);
    }

    // run: passed() -> 0x1205
    function passed() external pure returns (uint256) {
        return bits(dirty());
    }

    // run: widened() -> 5
    function widened() external pure returns (uint256) {
        return dirty();
    }

    // run: returned() -> 5
    function returned() external pure returns (uint8) {
        return dirty();
    }

    // run: added() -> 6
    function added() external pure returns (uint256) {
        return bits(dirty() + 1);
    }

    // run: inverted() -> 0xfa
    function inverted() external pure returns (uint256) {
        return bits(~dirty());
    }

    // run: combined() -> (0x1205, 0x1207, 0x1200)
    function combined() external pure returns (uint256, uint256, uint256) {
        uint8 x = dirty();
        uint8 y = x;
        y ^= 5;
        return (bits(x & x), bits(x | 2), bits(y));
    }

    // run: both() -> (2, 4, true)
    function both() external pure returns (uint256 one, uint256 other, bool) {
        bool a;
        bool b;
        assembly {
            a := 2
            b := 4
        }
        bool c = b && a;
        bool d = b || a;
        assembly {
            one := c
            other := d
        }
        return (one, other, c == d);
    }

    modifier noting(uint8 x) {
        uint256 word;
        assembly {
            word := x
        }
        started = word;
        _;
    }

    // run: constructed() -> 0x3307
    function constructed() external view returns (uint256) {
        return started;
    }

    // run: modified() -> 0x1205
    function modified() external noting(dirty()) returns (uint256) {
        return started;
    }

    // run: stepped() -> 6
    function stepped() external pure returns (uint256) {
        uint8 x = dirty();
        x++;
        return bits(x);
    }

    // run: steppedAfter() -> (0x1205, 4)
    function steppedAfter() external pure returns (uint256, uint256) {
        uint8 x = dirty();
        uint8 y = x--;
        return (bits(y), bits(x));
    }

    // run: increased() -> 8
    function increased() external pure returns (uint256) {
        uint8 x = dirty();
        x += 3;
        return bits(x);
    }

    // run: assigned() -> 0x1205
    function assigned() external pure returns (uint256) {
        uint8 x;
        uint8 y = x = dirty();
        return bits(y);
    }

    // run: destructured() -> (0x1205, 7)
    function destructured() external pure returns (uint256, uint256) {
        (uint8 x, uint8 y) = pair();
        (x, y) = (y, x);
        return (bits(y), bits(x));
    }

    // run: chosen(true) -> 0x1205
    // run: chosen(false) -> 1
    function chosen(bool first) external pure returns (uint256) {
        return bits(first ? dirty() : 1);
    }

    // run: compared() -> (true, false)
    function compared() external pure returns (bool, bool) {
        return (dirty() == 5, dirty() > 5);
    }

    // run: overridden() -> 0x1205
    function overridden() external pure returns (uint256) {
        return above(dirty());
    }

    // run: kept() -> (5, 5)
    function kept() external returns (uint256, uint256) {
        stored = dirty();
        uint8[2] memory list = [dirty(), 1];
        return (bits(stored), bits(list[0]));
    }

    // run: looked() -> 9
    function looked() external returns (uint256) {
        table[5] = 9;
        return table[dirty()];
    }

    // run: encoded() -> hex"0000000000000000000000000000000000000000000000000000000000000005"
    function encoded() external pure returns (bytes32) {
        return abi.decode(abi.encode(dirty()), (bytes32));
    }

    // run: packed() -> hex"05"
    function packed() external pure returns (bytes memory) {
        return abi.encodePacked(dirty());
    }

    // run: emitted() -> ()
    function emitted() external {
        emit Seen(dirty(), dirty());
    }

    // run: truth() -> (true, false, 1)
    function truth() external pure returns (bool, bool, uint256 word) {
        bool b;
        assembly {
            b := 0x200
        }
        bool c = !b;
        bool d = b && true;
        assembly {
            word := d
        }
        return (b, c, word);
    }

    // run: enumeration(1) -> 1
    // run: enumeration(2) -> panic 0x21
    function enumeration(uint256 value) external pure returns (Kind kind) {
        assembly {
            kind := value
        }
    }

    // run: unusedEnumeration(2) -> 2
    function unusedEnumeration(uint256 value) external pure returns (uint256 word) {
        Kind kind;
        assembly {
            kind := value
        }
        Kind other = kind;
        assembly {
            word := other
        }
    }

    // run: operators() -> (0x42, 0x84)
    function operators() external pure returns (uint256 unary, uint256 binary) {
        Small x;
        assembly {
            x := 0x4200
        }
        Small y = ~x;
        Small z = ~(x + x);
        assembly {
            unary := y
            binary := z
        }
    }

    // run: pointed() -> (6, 0)
    function pointed() external view returns (uint256 length, uint256 word) {
        function() external f = this.emitted;
        assembly {
            f.selector := or(shl(32, 6), 0x11223344)
        }
        bytes4 selector = f.selector;
        assembly {
            length := shr(32, f.selector)
            word := shr(32, shl(32, selector))
        }
    }

    // run: indirect() -> 5
    function indirect() external pure returns (uint256) {
        function() internal pure returns (uint8) f = dirty;
        return uint256(f());
    }
}
