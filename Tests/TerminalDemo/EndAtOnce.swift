// An exit that forgets the screen.

import Glibc

func endAtOnce() -> Never { exit(3) }
