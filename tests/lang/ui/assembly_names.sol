pragma solidity ^0.8.0;

contract Names {
    string constant TEXT = "abc";

    function f(uint256 x) public returns (uint256 r) {
        assembly {
            let linkersymbol := 1 //~ ERROR: `linkersymbol` is reserved and cannot be declared
            let swap16 := 1 //~ ERROR: `swap16` is reserved and cannot be declared
            let text := TEXT //~ ERROR: assembly can only use constants whose value is a literal
            function g(y) -> z {
                z := add(y, 1)
            }
            function h(x) -> r {
                r := x //~ ERROR: is also a local variable of Solidity
            }
            r := g(x)
        }
    }
}
