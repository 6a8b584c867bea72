namespace Nagumo.Learning;

/// <summary>From bytes to inputs: x = (pixel/255 − mean)·gain, then augmentation in training only.</summary>
/// <param name="Mean">Subtracted from pixel/255.</param>
/// <param name="Gain">Factor.</param>
/// <param name="Dropout">Probability p in [0, 1) that a pixel is switched off (it becomes background); the ink of the others is divided by 1 − p.</param>
/// <param name="Shift">Images are shifted by up to this many pixels in each direction, edges repeated with background; 0 to 8.</param>
public sealed record PixelOptions(double Mean = 0.1307, double Gain = 3.2457, double Dropout = 0, int Shift = 0)
{
    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Mean { get; init; } =
        double.IsFinite(Mean)
            ? Mean
            : throw new ArgumentOutOfRangeException(nameof(Mean), $"pixels.mean = {Mean:R}: give a finite number.");

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Gain { get; init; } =
        double.IsFinite(Gain) && Gain != 0
            ? Gain
            : throw new ArgumentOutOfRangeException(nameof(Gain), $"pixels.gain = {Gain:R}: give a finite number other than 0.");

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Dropout { get; init; } =
        Dropout is >= 0 and < 1
            ? Dropout
            : throw new ArgumentOutOfRangeException(nameof(Dropout), $"pixels.dropout = {Dropout:R} is outside [0, 1).");

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public int Shift { get; init; } =
        Shift is >= 0 and <= 8 ? Shift : throw new ArgumentOutOfRangeException(nameof(Shift), $"pixels.shift = {Shift} is outside [0, 8].");
}
