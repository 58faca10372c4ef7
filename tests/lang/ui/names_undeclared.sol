pragma solidity ^0.8.0;

contract C {
    uint256 counter;

    function increment() public {
        countr += 1; //~ ERROR: `countr` is not declared here
        msg.sendr; //~ ERROR: `msg` has no member `sendr`
        uint256 t = now; //~ ERROR: `now` is not declared here
        throw; //~ ERROR: `throw` is not declared here
        block.timestmp; //~ ERROR: `block` has no member `timestmp`
        later = 1; //~ ERROR: `later` is not declared here
        uint256 later;
        external_(); //~ ERROR: `external_` is not declared here
    }

    function external_() external {}
}
