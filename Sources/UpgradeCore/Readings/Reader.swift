// The one door between text that servers print and values that rules look at.

/// Turns replies into values; every function is pure, and an error is never a healthy value.
///
/// - `Pulse` out of `INFO` and `CLUSTER INFO` (PulseReading.swift)
/// - `ClusterView` out of `CLUSTER NODES` (ClusterNodesReading.swift)
/// - configuration, users, modules and other wizards out of their lists (InventoryReading.swift)
package enum Reader {}
