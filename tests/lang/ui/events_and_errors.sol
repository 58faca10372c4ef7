pragma solidity ^0.8.0;

contract C {
    event Moved(address indexed from, uint256 amount);
    event TooMany(uint256 indexed a, uint256 indexed b, uint256 indexed c, uint256 indexed d); //~ ERROR: at most three indexed
    error Broke(uint256 code);

    function f() public {
        Moved(msg.sender, 1); //~ ERROR: an event is emitted
        emit Moved(msg.sender); //~ ERROR: `Moved` takes 2 arguments but gets 1
        emit Broke(1); //~ ERROR: only events can be emitted
        Broke(1); //~ ERROR: an error can only stand after `revert`
        revert Moved(msg.sender, 1); //~ ERROR: only errors can stand after `revert`
        require(true, Broke(1));
        revert Broke("x"); //~ ERROR: the argument `code` must be `uint256`
    }
}
