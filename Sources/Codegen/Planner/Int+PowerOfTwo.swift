extension Int {
  /// The least power of two that is not below this number; 1 for all numbers below it.
  var nextPowerOfTwo: Int {
    var power = 1
    while power < self { power *= 2 }
    return power
  }
}
