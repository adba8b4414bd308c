extension Wire {
  public struct Show: WireMethod {
    public static let method = "vn.motcua.Views.Show"

    public var code: String

    public init(code: String) {
      self.code = code
    }

    public struct Answer: Codable, Sendable {
      public var `case`: Case

      public init(case: Case) {
        self.case = `case`
      }
    }
  }

  /// [more] The events of one case, oldest first.
  public struct History: WireMethod {
    public static let method = "vn.motcua.Views.History"

    public var code: String

    public init(code: String) {
      self.code = code
    }

    public struct Answer: Codable, Sendable {
      public var events: [Event]

      public init(events: [Event]) {
        self.events = events
      }
    }
  }

  /// [more] Cases that meet every condition given, by due date; with no condition, the open ones.
  public struct List: WireMethod {
    public static let method = "vn.motcua.Views.List"

    public var open: Bool?
    public var late: Bool?
    public var mine: Bool?
    public var clerk: String?
    public var procedure: String?
    /// A date as in vn.motcua.Desk.
    public var dueBefore: String?
    public var status: Status?
    /// What stood then instead of now, from what was recorded by then; with `occurred`, from what had happened by then.
    public var asOf: String?
    public var occurred: Bool?

    public init(
      open: Bool? = nil,
      late: Bool? = nil,
      mine: Bool? = nil,
      clerk: String? = nil,
      procedure: String? = nil,
      dueBefore: String? = nil,
      status: Status? = nil,
      asOf: String? = nil,
      occurred: Bool? = nil
    ) {
      self.open = open
      self.late = late
      self.mine = mine
      self.clerk = clerk
      self.procedure = procedure
      self.dueBefore = dueBefore
      self.status = status
      self.asOf = asOf
      self.occurred = occurred
    }

    public struct Answer: Codable, Sendable {
      public var cases: [Case]

      public init(cases: [Case]) {
        self.cases = cases
      }
    }
  }

  /// [more] What to do first, and why.
  public struct Next: WireMethod {
    public static let method = "vn.motcua.Views.Next"

    public var mine: Bool?

    public init(mine: Bool? = nil) {
      self.mine = mine
    }

    public struct Answer: Codable, Sendable {
      public var duties: [NextDuty]

      public init(duties: [NextDuty]) {
        self.duties = duties
      }
    }
  }

  /// [more] Cases in which every word given begins a word of the citizen's name, the code or the subject; accents may
  /// be left out.
  public struct Search: WireMethod {
    public static let method = "vn.motcua.Views.Search"

    public var words: String

    public init(words: String) {
      self.words = words
    }

    public struct Answer: Codable, Sendable {
      public var cases: [Case]

      public init(cases: [Case]) {
        self.cases = cases
      }
    }
  }

  /// Procedures and assistance, enquiries, and complaints, counted apart.
  public struct Tally: WireMethod {
    public static let method = "vn.motcua.Views.Tally"

    /// As in `List`.
    public var asOf: String?
    public var occurred: Bool?

    public init(asOf: String? = nil, occurred: Bool? = nil) {
      self.asOf = asOf
      self.occurred = occurred
    }

    public struct Answer: Codable, Sendable {
      public var at: String
      public var cases: Columns
      public var enquiries: Columns
      public var complaints: Columns

      public init(at: String, cases: Columns, enquiries: Columns, complaints: Columns) {
        self.at = at
        self.cases = cases
        self.enquiries = enquiries
        self.complaints = complaints
      }
    }
  }

  public struct Explain: WireMethod {
    public static let method = "vn.motcua.Views.Explain"

    public var code: String

    public init(code: String) {
      self.code = code
    }

    public struct Answer: Codable, Sendable {
      public var explanation: Explanation

      public init(explanation: Explanation) {
        self.explanation = explanation
      }
    }
  }

  public struct Procedures: WireMethod {
    public static let method = "vn.motcua.Views.Procedures"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var procedures: [Procedure]

      public init(procedures: [Procedure]) {
        self.procedures = procedures
      }
    }
  }

  public struct GetSlip: WireMethod {
    public static let method = "vn.motcua.Views.GetSlip"

    public var code: String

    public init(code: String) {
      self.code = code
    }

    public struct Answer: Codable, Sendable {
      public var slip: Slip

      public init(slip: Slip) {
        self.slip = slip
      }
    }
  }

  /// [more] Events as they are recorded, after position `after` (missing: from now on), without gap or repeat, until
  /// the caller hangs up.
  public struct Watch: WireMethod {
    public static let method = "vn.motcua.Views.Watch"

    public var after: Int?

    public init(after: Int? = nil) {
      self.after = after
    }

    public struct Answer: Codable, Sendable {
      public var events: [Event]

      public init(events: [Event]) {
        self.events = events
      }
    }
  }
}
