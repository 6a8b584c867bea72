using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>The full cost term β C as nudge: the readout answers the changes of its drives and the cost together.</summary>
/// <remarks>Solves c_i δ_i + β ∂C/∂u_i (u + δ) = δI_i for all outputs of a lane at once; the readout's own force must be linear.</remarks>
internal sealed class CostNudge<T> : INudge<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Machine<T> _machine;
    private readonly Readout _readout;
    private readonly double[] _beta,
        _targets,
        _z,
        _stiffness,
        _current,
        _nudge,
        _dz,
        _slope;

    public CostNudge(Machine<T> machine, Readout readout, int lanes)
    {
        (_machine, _readout) = (machine, readout);
        _targets = new double[lanes * readout.Width];
        _beta = new double[lanes];
        (_z, _stiffness, _current) = (new double[readout.Width], new double[readout.Width], new double[readout.Width]);
        (_dz, _slope) = (new double[readout.Width], new double[readout.Outputs]);
        _nudge = new double[readout.Outputs];
    }

    /// <summary>The largest β of a negative phase: beyond it the nudged potential has no minimum in the outputs.</summary>
    public static double LargestBeta(Machine<T> machine, Readout readout)
    {
        double softest = double.PositiveInfinity;
        for (int c = 0; c < readout.Width; c++)
            softest = Math.Min(
                softest,
                Stiffness(
                    LinearForce(machine, readout, c).Slope,
                    readout.Paired ? LinearForce(machine, readout, c + readout.Width).Slope : double.PositiveInfinity
                )
            );
        return softest / readout.Cost.Curvature;
    }

    public int Population => _readout.Population;

    /// <summary>Takes the targets and signs of the lanes of one slice.</summary>
    public void Begin(ReadOnlySpan<int> samples, Targets targets, double beta, int phases)
    {
        for (int i = 0; i < _slope.Length; i++)
            _slope[i] = LinearForce(_machine, _readout, i).Slope;
        for (int phase = 0; phase < phases; phase++)
        for (int lane = 0; lane < samples.Length; lane++)
        {
            targets.Read(samples[lane], Target(phase * samples.Length + lane));
            _beta[phase * samples.Length + lane] = phase == 0 ? beta : -beta;
        }
    }

    public void Respond(State<T> free, State<T> d)
    {
        var (u, drive) = (d.X(Population, 0), d.Drive(Population, 0));
        int width = _readout.Width;
        for (int lane = 0; lane < d.Lanes; lane++)
        {
            _readout.Read(free, lane % free.Lanes, _z);
            _readout.Read(d, lane, _dz);
            for (int c = 0; c < width; c++)
            {
                double slope = _slope[c];
                (_current[c], _stiffness[c]) = (Current(c), slope);
                if (!_readout.Paired)
                    continue;
                // δ₊ = (δI₊ − βf)/c₊, δ₋ = (δI₋ + βf)/c₋, f = ∂C/∂z at z + δz, δz = δ₊ − δ₋:
                // k δz + β f = k (δI₊/c₊ − δI₋/c₋), 1/k = 1/c₊ + 1/c₋.
                int pair = c + width;
                _stiffness[c] = Stiffness(slope, _slope[pair]);
                _current[c] = _stiffness[c] * (Current(c) / slope - Current(pair) / _slope[pair]);
            }
            _readout.Cost.Nudged(_z, _dz, Target(lane), _beta[lane], _stiffness, _current);
            for (int c = 0; c < width; c++)
                _z[c] += _dz[c];
            _readout.Force(_z, Target(lane), _nudge);
            for (int i = 0; i < _slope.Length; i++)
                u[i, lane] = T.CreateChecked((Current(i) - _beta[lane] * _nudge[i]) / _slope[i]);

            double Current(int i) => double.CreateChecked(drive[i, lane]);
        }
    }

    public void Measure(State<T> free, State<T> d)
    {
        var (u, drive) = (d.X(Population, 0), d.Drive(Population, 0));
        var residual = d.LaneResidual.Host();
        for (int lane = 0; lane < d.Lanes; lane++)
        {
            _readout.Read(free, lane % free.Lanes, _z);
            _readout.Read(d, lane, _dz);
            for (int c = 0; c < _z.Length; c++)
                _z[c] += _dz[c];
            _readout.Force(_z, Target(lane), _nudge);
            for (int i = 0; i < _slope.Length; i++)
            {
                double force = _slope[i] * double.CreateChecked(u[i, lane]) - double.CreateChecked(drive[i, lane]);
                residual[lane] = T.Max(residual[lane], T.CreateChecked(Math.Abs(force + _beta[lane] * _nudge[i])));
            }
        }
    }

    private Span<double> Target(int lane) => _targets.AsSpan(lane * _readout.Width, _readout.Width);

    private static double Stiffness(double plus, double minus) => double.IsInfinity(minus) ? plus : 1 / (1 / plus + 1 / minus);

    private static (double Slope, double Offset) LinearForce(Machine<T> machine, Readout readout, int i) =>
        machine.Site(readout.Population).LinearForce(i)
        ?? throw new ArgumentException(
            $"estimator.nudge = 'cost' needs a linear readout; '{machine.Network.Populations[readout.Population].Name}' is "
                + $"{machine.Network.Populations[readout.Population].Neuron!.Name}. Use estimator.nudge = 'current'."
        );
}
