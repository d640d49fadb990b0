public enum Access: Sendable { case everything }
