pragma solidity ^0.8.0;

contract Maps {
    struct Book {
        mapping(uint256 => uint256) pages;
        uint256 count;
    }

    Book book;
    Book[] shelf;

    function assign(Book storage left, Book storage right) internal returns (Book storage out) {
        Book storage local = right;
        local = left;
        out = local;
        left = right; //~ ERROR: a type in storage that contains a mapping cannot be assigned
        book = right; //~ ERROR: a type in storage that contains a mapping cannot be assigned
        (local, shelf[0]) = (left, right); //~ ERROR: a type in storage that contains a mapping
        (local, shelf[0].count) = (left, 1);
    }
}
