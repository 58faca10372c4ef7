pragma solidity ^0.8.0;

type Meters is uint256;
type Text is string; //~ ERROR: `string` is not a value type

function add(Meters a, Meters b) pure returns (Meters) {
    return Meters.wrap(Meters.unwrap(a) + Meters.unwrap(b));
}

function bad(Meters a) pure returns (bool) {
    return true;
}

using {add as +} for Meters global;
using {bad as -} for Meters global; //~ ERROR: `-` must return one `Meters`

contract C {
    function f(Meters a, uint256 b) public pure returns (Meters) {
        Meters c = b; //~ ERROR: `c` is a `Meters`
        return a + b; //~ ERROR: `+` does not work on `Meters` and `uint256`
    }
}
