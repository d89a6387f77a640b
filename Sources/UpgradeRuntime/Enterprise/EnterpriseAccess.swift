// All logins of a run on a cluster of Redis Enterprise Software: of its REST API, and of its databases.

package import SystemIO
package import UpgradeCore

/// What was read once, before there were threads.
package struct EnterpriseAccess: Sendable {
  /// nil where the profile does not say how the API is asked.
  let rest: RestAccess?
  let doors: DatabaseDoors

  /// For deployments of servers, which have logins of their own.
  package init() {
    rest = nil
    doors = DatabaseDoors()
  }

  package init(_ profile: Profile) throws(UsageError) {
    rest = try profile.rest.map(RestAccess.init)
    doors = try DatabaseDoors(profile.clients)
  }

  /// Calls databases by these logins, from connections that are otherwise the run's.
  package func proxyReader(_ settings: ConnectionSettings, on loop: EventLoop) -> ProxyReader {
    ProxyReader(doors, settings, on: loop)
  }

  /// As a run has kept it for whoever goes on with it.
  package init(_ constants: Enterprise.Constants) throws(UsageError) {
    rest = try constants.rest.flatMap(Profile.Rest.init).map(RestAccess.init)
    doors = try DatabaseDoors(constants.clients)
  }
}
