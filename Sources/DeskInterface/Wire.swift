/// What goes over the wire: the types, methods and errors of this module's interfaces, in Swift. Most of it is generated
/// from the texts in `Contract`, which say what each of them means.
public enum Wire {}

/// The texts of our interfaces, as they are served.
public enum WireInterfaces {
  public static let texts = [
    PackageResources.vn_motcua_Desk_varlink, PackageResources.vn_motcua_Views_varlink,
    PackageResources.vn_motcua_Admin_varlink, PackageResources.vn_motcua_Ledger_varlink,
  ].map { String(decoding: $0, as: UTF8.self) }
}
