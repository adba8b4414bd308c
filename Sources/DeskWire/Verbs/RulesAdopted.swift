import Desk
import DeskInterface

extension Wire.RulesAdopted {
  /// - Parameter text: writes rules as the ledger keeps them.
  init(_ book: RuleBook, text: (RuleBook) throws -> String) rethrows { self.init(text: try text(book)) }
}
