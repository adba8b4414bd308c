import DeskViews
import EventStore
import LMDB

extension DeskService {
  /// Whether any case was erased. What is not known of the backups of its key is then no sign that there are none.
  public func isAnythingErased() throws -> Bool {
    let views = try views
    return try views.store.environment.read { transaction throws(LMDBError) in
      try views.newestErasure(transaction) != nil
    }
  }
}
