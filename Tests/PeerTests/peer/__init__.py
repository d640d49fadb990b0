"""What the peer tests share: the server under test, objects to send, and the peers' side of each protocol."""
