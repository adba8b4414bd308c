/// What both programs call themselves.
public enum Release {
  public static let version = "0.3.0"
}
