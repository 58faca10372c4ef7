pragma solidity ^0.8.0;

library Math {
    function twice(uint256 x) internal pure returns (uint256) { return 2 * x; }
}

contract Token {
    uint256 total;
    function balanceOf(address) external view returns (uint256) {}
    function hidden() internal {}
}

contract C {
    using Math for uint256;
    struct S { uint256 amount; }

    function f(Token token, address who, uint256[] memory list, string memory s, S memory st) public {
        token.balanceof(who); //~ ERROR: has no member `balanceof`
        token.hidden(); //~ ERROR: has no member `hidden`
        token.balance; //~ ERROR: has no member `balance`
        who.transfer(1); //~ ERROR: `address` has no member `transfer`
        list.push(1); //~ ERROR: has no member `push`
        s.length; //~ ERROR: has no member `length`
        st.amuont = 1; //~ ERROR: has no member `amuont`
        list.length.twise(); //~ ERROR: `uint256` has no member `twise`
        list["a"]; //~ ERROR: the index must be `uint256`
        s[0]; //~ ERROR: a string has no index access
        who[0]; //~ ERROR: `address` has no index access
    }
}
