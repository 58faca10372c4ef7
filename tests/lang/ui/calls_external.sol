pragma solidity ^0.8.0;

interface I {
    function plain() external;
    function pay() external payable;
}

contract C {
    function f(I i, address a) public {
        i.plain{value: 1}(); //~ ERROR: ether can only be sent to a payable function
        i.pay{valeu: 1}(); //~ ERROR: there is no call option `valeu`
        i.pay{value: 1, gas: 5000}();
        f{gas: 1}(i, a); //~ ERROR: only external calls and creations take options
        I.plain(); //~ ERROR: through the name of a contract that is no base
        (bool ok, ) = a.call(1); //~ ERROR: the argument must be `bytes memory`
        try f(i, a) {} catch {} //~ ERROR: `try` works on external calls
        try i.pay() returns (uint256 x) {} catch {} //~ ERROR: the call returns 0 values
        abi.encodeCall(i.pay, (1)); //~ ERROR: the function takes 0 arguments
        abi.decode(msg.data, uint256); //~ ERROR: must be a tuple of types
        abi.encodePacked(1); //~ ERROR: a literal has no size in packed encoding
    }
}
