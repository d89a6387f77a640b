// What everything that draws itself has in common.

/// A value that draws itself into an area of a canvas; it never draws outside, however small the area is.
package protocol Widget: Sendable {
  func draw(in area: Rectangle, on canvas: inout Canvas)
}
