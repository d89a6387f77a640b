/// A simulator of a Redis Enterprise Software cluster: its programs, its REST API and its databases' endpoints, for
/// training and tests where the vendor's software cannot be had.
///
/// One state file holds the whole cluster; whoever acts (a program, an installer, an action) changes it under a lock.
/// The shards are real servers. What no public source tells is marked as invented, see `Phrase`.
package enum Simulator {}
