"""Pages of this room: board and ledger, findings, orders, what receivers say of relief."""
