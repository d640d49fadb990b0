import ImageCodecs
import Testing
