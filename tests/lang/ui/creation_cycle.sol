pragma solidity ^0.8.0;

contract A {
    function f() public {
        new B(); //~ ERROR: `A` would contain its own bytecode
    }
}

contract B {
    function f() public {
        new A(); //~ ERROR: `B` would contain its own bytecode
    }
}
