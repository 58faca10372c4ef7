pragma solidity ^0.8.0;

contract C {
    uint256 state;

    function f(uint256 x, uint256[] calldata data) public {
        assembly {
            let y := ad(x, 1) //~ ERROR: there is no function or instruction `ad`
            let z := add(x) //~ ERROR: `add` takes 2 arguments but gets 1
            let s := state //~ ERROR: the state variable `state` is not a value of assembly
            let l := data //~ ERROR: `data` is two values
            add(1, 2) //~ ERROR: this has 1 values that nothing takes
            w := 1 //~ ERROR: `w` is not declared
            let mload := 1 //~ ERROR: is an instruction and cannot be declared
            break //~ ERROR: this can only stand in a loop
            function g() -> r { r := x } //~ ERROR: cannot use local variables of Solidity
            let a, b := g() //~ ERROR: 2 values are needed, and this has 1
            state.slot := 1 //~ ERROR: the place of a state variable cannot be changed
        }
    }
}
