import DeskViews
import EventStore
import LMDB

extension DeskService {
  /// Whether any case was erased. If one was, an unknown number of key backups must not be read as none.
  public func isAnythingErased() throws -> Bool {
    let views = try views
    return try views.store.environment.read { transaction throws(LMDBError) in
      try views.newestErasure(transaction) != nil
    }
  }
}
