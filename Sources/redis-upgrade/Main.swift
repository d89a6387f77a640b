@main
enum Main {
  static func main() {
    print("redis-upgrade")
  }
}
