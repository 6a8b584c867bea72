namespace Nagumo.Learning;

/// <summary>From bytes to inputs: x = (pixel/255 − mean)·gain, then augmentation in training only.</summary>
/// <param name="Mean">Subtracted from pixel/255.</param>
/// <param name="Gain">Factor.</param>
/// <param name="Dropout">Probability p in [0, 1) that a pixel is switched off (it becomes background); the ink of the others is divided by 1 − p.</param>
/// <param name="Shift">Images are shifted by up to this many pixels in each direction, edges repeated with background; 0 to 8.</param>
public sealed record PixelOptions(double Mean = 0.1307, double Gain = 3.2457, double Dropout = 0, int Shift = 0)
{
    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Mean { get; init; } = Check.Finite("pixels.mean", Mean);

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Gain { get; init; } = Check.That("pixels.gain", Gain, double.IsFinite(Gain) && Gain != 0, "a finite number other than 0");

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public double Dropout { get; init; } = Check.That("pixels.dropout", Dropout, Dropout is >= 0 and < 1, "a number in [0, 1)");

    /// <inheritdoc cref="PixelOptions(double, double, double, int)"/>
    public int Shift { get; init; } = Check.That("pixels.shift", Shift, Shift is >= 0 and <= 8, "0 to 8 pixels");
}
